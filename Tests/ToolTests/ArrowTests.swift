import JSON
import TestSupport
import Testing

/// `arrow-test` as a program.
@Suite struct ArrowTests {
  /// The figures that Tests/Reference/arrow.py computes from the definitions alone.
  @Test func figuresAreThoseOfTheirDefinitions() throws {
    let reference = try JSON(parsing: Folder.text(of: Tools.root + "/Tests/Reference/arrow.json"))
    let data = Tools.root + "/examples/data"
    for (name, expected) in reference.object ?? [:] {
      let parts = name.split(separator: ":")
      let input = parts[0] == "first30" ? "wiki_small_f16.npz --only 0-29" : String(parts[0])
      let found = try shell(
        "npz-read \(data)/\(input) | arrow-test --components \(parts[1]) --ctx \(parts[2])", seconds: 120)
      #expect(found.status == ((expected["p"]?.double ?? 1) <= 0.05 ? 0 : 1))
      for (field, value) in expected.object ?? [:] {
        #expect(
          isClose(value, found.json?[field] ?? .null, within: 1e-6),
          "\(name): \(field): \(found.json?[field]?.text ?? "")"
        )
      }
      #expect(found.json?["arrow"]?.bool == (found.status == 0))
    }
    #expect((reference.object ?? [:]).count == 4)
  }

  private func isClose(_ a: JSON, _ b: JSON, within tolerance: Double) -> Bool {
    guard let x = a.double, let y = b.double else { return a == b }
    return abs(x - y) <= tolerance
  }

  @Test func statusAndReportStateTheArrow() throws {
    let arrow = try shell("vec-synth --process rotation --articles 50 --chunks 20 --dim 8 | arrow-test --label R")
    #expect(arrow.status == 0 && arrow.errors == "")
    #expect(arrow.json?["schema"] == "arrow-test/1" && arrow.json?["label"] == "R")
    #expect(arrow.json?["unit"] == "article" && arrow.json?["units"] == 50 && arrow.json?["components"] == 8)
    #expect(arrow.json?["p"]?.double == 0.001)
    let none = try shell("vec-synth --process ar --articles 50 --chunks 20 --dim 8 | arrow-test")
    #expect(none.status == 1)
    #expect(none.json?["arrow"] == false)
    // The same figures on two threads, but for rounding.
    let again = try shell(
      "vec-synth --process rotation --articles 50 --chunks 20 --dim 8 | arrow-test --label R --threads 2")
    for field in ["asymmetry", "null_p95", "forward_skill", "backward_r2"] {
      #expect(isClose(again.json?[field] ?? 1, arrow.json?[field] ?? 2, within: 1e-12))
    }
  }

  @Test func whatCannotBeMeasuredIsAnError() throws {
    let few = try shell("vec-synth --process rotation --articles 3 --chunks 100 --dim 4 | arrow-test")
    #expect(few.status == 65 && few.output == [])
    #expect(few.errors.contains("found 3 articles, 6 runs and 297 pairs of neighbours"))
    let windows = try run("arrow-test", input: Samples.windows)
    #expect(windows.status == 65 && windows.errors.contains("expected chunks, found windows"))
    let twice = try shell("vec-synth --articles 50 --dim 4 -o a; cat a a | arrow-test", in: Folder())
    #expect(twice.status == 65 && twice.errors.contains("a duplicate, or out of order"))
    let large = try shell("vec-synth --articles 1 --dim 4096 --chunks 2 | arrow-test --ctx 100")
    #expect(large.status == 64 && large.errors.contains("more than 32 GiB"))
  }
}
