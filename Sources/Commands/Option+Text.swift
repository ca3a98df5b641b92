extension Option where Value == Bool {
  /// A flag without a value: true where it is given.
  public static func flag(_ name: String, help: String) -> Option {
    Option(flag: Flag(name, placeholder: nil, expectation: "no value", help: help), defaultValue: false) { _ in true }
  }
}

extension Option where Value == String {
  /// Any text that is not empty.
  public static func text(
    _ name: String, placeholder: String = "TEXT", default fallback: String, help: String
  ) -> Option {
    plain(name, placeholder: placeholder, default: fallback, help: help)
  }

  /// One of a few words.
  public static func choice(_ name: String, default fallback: String, among choices: [String], help: String) -> Option {
    word(name, default: fallback, among: choices, help: help)
  }

  fileprivate static func plain(_ name: String, placeholder: String, default fallback: String?, help: String) -> Option
  {
    let flag = Flag(
      name, placeholder: placeholder, expectation: "a value for \(placeholder)", fallback: fallback, help: help)
    return Option(flag: flag, defaultValue: fallback) { words in
      guard let word = words.last, !word.isEmpty else { return nil }
      return word
    }
  }

  fileprivate static func word(_ name: String, default fallback: String?, among choices: [String], help: String)
    -> Option
  {
    Option(flag: .choice(name, among: choices, default: fallback, help: help), defaultValue: fallback) { words in
      guard let word = words.last, choices.contains(word) else { return nil }
      return word
    }
  }
}

extension Option where Value == String? {
  /// Any text that is not empty; nil where the flag is not given.
  public static func text(_ name: String, placeholder: String = "TEXT", help: String) -> Option {
    Option<String>.plain(name, placeholder: placeholder, default: nil, help: help).optional()
  }

  /// One of a few words; nil where the flag is not given.
  public static func choice(_ name: String, among choices: [String], help: String) -> Option {
    Option<String>.word(name, default: nil, among: choices, help: help).optional()
  }
}

extension Option where Value == [String] {
  /// A flag that may be given more than once: its values in the order given.
  public static func repeated(_ name: String, placeholder: String = "TEXT", help: String) -> Option {
    var flag = Flag(name, placeholder: placeholder, expectation: "a value for \(placeholder)", help: help)
    flag.isRepeatable = true
    return Option(flag: flag, defaultValue: []) { words in words.contains("") ? nil : words }
  }
}

extension Option where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
  /// One of the cases of an enumeration, by their raw values.
  public static func choice(_ name: String, default fallback: Value, help: String) -> Option {
    named(name, default: fallback, help: help)
  }

  fileprivate static func named(_ name: String, default fallback: Value?, help: String) -> Option {
    let choices = Value.allCases.map(\.rawValue)
    return Option(
      flag: .choice(name, among: choices, default: fallback?.rawValue, help: help), defaultValue: fallback,
      read: { words in words.last.flatMap { Value(rawValue: $0) } })
  }
}

extension Option {
  /// One of the cases of an enumeration; nil where the flag is not given.
  public static func choice<Case: CaseIterable & RawRepresentable & Sendable>(
    _ name: String, help: String
  ) -> Option where Value == Case?, Case.RawValue == String {
    Option<Case>.named(name, default: nil, help: help).optional()
  }
}

extension Flag {
  fileprivate static func choice(
    _ name: String, among choices: [String], default fallback: String?, help: String
  ) -> Flag {
    let joined = choices.joined(separator: "|")
    let list = choices.joined(separator: ", ")
    let fits = joined.count <= 18
    return Flag(
      name, placeholder: fits ? joined : "NAME", expectation: "one of \(list)", range: fits ? nil : "one of \(list)",
      fallback: fallback, help: help)
  }
}
