import TestSupport
import Testing

@Suite struct HelpTests {
  @Test func toolsAreFoundInThePackage() {
    #expect(Tools.names.count >= 15)
    #expect(Set(Tools.names).isSuperset(of: ["npz-read", "seq-build", "direction-diagnose", "stream-info"]))
  }

  @Test(arguments: Tools.names) func helpIsComplete(_ tool: String) throws {
    let help = try run(tool, ["--help"])
    #expect(help.status == 0)
    #expect(help.errors == "")
    let lines = help.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines[0].hasPrefix("\(tool) - "))
    #expect(help.text.contains("\nUsage: \(tool) "))
    for section in ["Options:", "Memory:", "Examples:", "Exit status:"] {
      #expect(lines.contains(section), "\(section)")
    }
    for flag in ["--help", "--version", "--quiet", "--progress"] { #expect(help.text.contains(flag), "\(flag)") }
    // Everything the tool exits with, and a pipeline that has the tool in it.
    let statuses = lines.drop { $0 != "Exit status:" }.dropFirst().prefix { !$0.isEmpty }
      .compactMap { $0.hasPrefix("   ") ? nil : Int($0.split(separator: " ")[0]) }
    #expect(Set(statuses).subtracting([1]) == [0, 64, 65, 66, 70, 71, 73, 74])
    let example = lines.drop { $0 != "Examples:" }.dropFirst().prefix { !$0.isEmpty }
    #expect(example.joined().contains(tool))
    for line in lines where !example.contains(line) { #expect(line.count <= 100, "\(line)") }
    #expect(try run(tool, ["-h"]).output == help.output)
  }

  @Test(arguments: Tools.names) func versionIsOneLine(_ tool: String) throws {
    let version = try run(tool, ["--version"])
    #expect(version.status == 0)
    #expect(version.errors == "")
    let words = version.text.split(separator: " ")
    #expect(words.first.map(String.init) == tool)
    #expect(version.text.filter { $0 == "\n" }.count == 1)
    #expect(words.count >= 2 && words[1].split(separator: ".").count == 3)
  }

  @Test(arguments: Tools.names) func helpMustBeWritten(_ tool: String) throws {
    for flag in ["--help", "--version"] {
      let full = try shell("\(tool) \(flag) > /dev/full")
      #expect(full.status == 74)
      #expect(full.errorLines == ["\(tool): error: standard output: cannot be written: No space left on device"])
      #expect(try shell("\(tool) \(flag) >&-").status == 74)
    }
  }
}
