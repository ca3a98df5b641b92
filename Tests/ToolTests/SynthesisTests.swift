import JSON
import TestSupport
import Testing

/// Properties of synthetic data are known: in many dimensions, the mean cosine of chunks k apart.
@Suite struct SynthesisTests {
  /// Options, and the cosines at k = 1, 2, 3.
  static let processes: [(String, [Double])] = [
    ("--process ar --rho 0.6", [0.6, 0.36, 0.216]), ("--process ar --rho 0", [0, 0, 0]),
    ("--process copy --rho 0.6", [0.6, 0.36, 0.216]), ("--process topic --rho 0.6", [0.6, 0.6, 0.6]),
    // rho^k cos(k · 40°)
    ("--process rotation --rho 0.6 --angle 40", [0.4596, 0.0625, -0.1080]),
    // Noise of variance 1/4 on chunks of variance 1.
    ("--process ar --rho 0.6 --noise 0.5", [0.48, 0.288, 0.1728]),
    ("--process ar --rho 0.6 --noise 0.5 --raw", [0.48, 0.288, 0.1728]),
  ]

  @Test(arguments: processes) func cosinesAreAsDefined(_ options: String, _ cosines: [Double]) throws {
    let synth = "vec-synth \(options) --articles 30 --chunks 30 --dim 256"
    let profile = try shell("\(synth) | seq-build --ctx 4 | direction-diagnose --no-gate").json?["offset_profile"]
    for k in 1...3 {
      for sign in [-1, 1] {
        let found = try #require(profile?[String(sign * k)]?.double)
        #expect(abs(found - cosines[k - 1]) < 0.03, "k = \(sign * k): \(found)")
      }
    }
  }

  @Test func articlesDoNotDependOnTheirNumber() throws {
    let folder = try Folder()
    let script = """
      vec-synth --articles 3 --chunks 5 --dim 4 -o few.nvs
      vec-synth --articles 9 --chunks 5 --dim 4 | article-select --only 0-2 | stream-diff - few.nvs
      """
    #expect(try shell(script, in: folder).status == 0)
  }

  @Test func vectorsHaveLengthOneUnlessRaw() throws {
    func lengths(_ flag: String) throws -> [Double] {
      try contents(shell("vec-synth --articles 2 --chunks 4 --dim 3 \(flag)").output).frames.flatMap { frame in
        (0..<frame.rows).map { frame.vector($0).reduce(0) { $0 + Double($1 * $1) }.squareRoot() }
      }
    }
    #expect(try lengths("").allSatisfy { abs($0 - 1) < 1e-6 })
    #expect(try lengths("--raw").contains { abs($0 - 1) > 0.1 })
  }

  @Test func aStatusLineOnRequest() throws {
    let script = """
      mkfifo pipe
      vec-synth --articles 1000000 --dim 64 > pipe 2> errors & synth=$!
      exec 3< pipe
      head -c 1000 <&3 > /dev/null   # it has begun: before, the signal would end it
      cat <&3 > /dev/null & cat=$!
      until grep -q rows errors; do kill -USR1 $synth; sleep 0.02; done
      kill $synth $cat; wait; cat errors
      """
    let found = try shell(script, in: Folder())
    #expect(found.status == 0 && !found.wasKilled)
    let lines = found.text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.hasPrefix("vec-synth: ") && $0.contains("rows") }, "\(found.text)")
  }
}
