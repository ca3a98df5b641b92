/// An option whose value may be of any type, as a manual lists it.
public protocol OptionProtocol: Sendable {
  /// How people see the option.
  var flag: Flag { get }
  /// Whether these words, in the order given, form a valid value of the option.
  func accepts(_ words: [String]) -> Bool
}

/// A flag together with the type of its value: declare it once, list it in the `Manual`, read it from `Arguments`.
///
///     static let context = Option.integer("ctx", default: 5, in: 1...512, unit: "chunks", help: "context length")
///     …
///     let length = arguments[context]  // Int
public struct Option<Value: Sendable>: OptionProtocol {
  /// How people see the option.
  public var flag: Flag
  /// The value where the flag is not given; nil where it is required.
  let defaultValue: Value?
  /// The value of the words; nil if they have none.
  let read: @Sendable ([String]) -> Value?

  init(flag: Flag, defaultValue: Value?, read: @escaping @Sendable ([String]) -> Value?) {
    self.flag = flag
    self.defaultValue = defaultValue
    self.read = read
    self.flag.isRequired = defaultValue == nil
  }

  /// Whether these words, in the order given, form a valid value of the option.
  public func accepts(_ words: [String]) -> Bool {
    guard case .some = read(words) else { return false }
    return true
  }

  /// The same option with a one-letter alias.
  public func letter(_ letter: Character) -> Option {
    var option = self
    option.flag.letter = letter
    return option
  }

  /// The same option with a second long name.
  public func alias(_ name: String) -> Option {
    var option = self
    option.flag.alias = name
    return option
  }

  /// The same option with a description of what happens without it, which `--help` shows as its default.
  public func showing(default words: String) -> Option {
    var option = self
    option.flag.fallback = words
    return option
  }

  /// The same option, nil where the flag is not given.
  func optional() -> Option<Value?> {
    let read = self.read
    return Option<Value?>(flag: flag, defaultValue: .some(nil)) { words in
      guard let value = read(words) else { return nil }
      return .some(.some(value))
    }
  }

  /// The same option as a required one.
  public func required<Wrapped>() -> Option<Wrapped> where Value == Wrapped? {
    let read = self.read
    return Option<Wrapped>(flag: flag, defaultValue: nil) { words in read(words).flatMap { $0 } }
  }
}

extension Option {
  /// An option of any type with a default.
  ///
  /// - Parameters:
  ///   - placeholder: the name of the value in `--help`.
  ///   - shown: the default as `--help` prints it; nil to print none.
  ///   - expectation: what the value must be, to follow "expected ".
  ///   - read: parses one word; returns nil where it is not valid.
  public static func custom(
    _ name: String, placeholder: String, default fallback: Value, shown: String? = nil, expectation: String,
    help: String, read: @escaping @Sendable (String) -> Value?
  ) -> Option {
    let flag = Flag(name, placeholder: placeholder, expectation: expectation, fallback: shown, help: help)
    return Option(flag: flag, defaultValue: fallback, read: { words in words.last.flatMap(read) })
  }

  /// An option of any type without a default: nil where the flag is not given.
  ///
  /// - Parameters:
  ///   - placeholder: the name of the value in `--help`.
  ///   - expectation: what the value must be, to follow "expected ".
  ///   - read: parses one word; returns nil where it is not valid.
  public static func custom<Wrapped: Sendable>(
    _ name: String, placeholder: String, expectation: String, help: String,
    read: @escaping @Sendable (String) -> Wrapped?
  ) -> Option where Value == Wrapped? {
    let flag = Flag(name, placeholder: placeholder, expectation: expectation, help: help)
    return Option<Wrapped>(flag: flag, defaultValue: nil, read: { words in words.last.flatMap(read) }).optional()
  }

  /// A list of names, separated by commas; empty where the flag is not given.
  ///
  /// - Parameters:
  ///   - noun: what the names are, for messages: "alarms".
  ///   - help: what the list does; the names are added to it.
  public static func list<Element>(_ name: String, placeholder: String, noun: String, help: String) -> Option
  where Value == [Element], Element: CaseIterable & RawRepresentable & Sendable, Element.RawValue == String {
    let names = Element.allCases.map(\.rawValue).joined(separator: ", ")
    return custom(
      name, placeholder: placeholder, default: [], shown: "none", expectation: "\(noun), of \(names)",
      help: "\(help): \(names)"
    ) { word in
      let words = word.split(separator: ",", omittingEmptySubsequences: false)
      let elements = words.compactMap { Element(rawValue: String($0)) }
      return elements.count == words.count ? elements : nil
    }
  }
}
