import JSON
import TestSupport
import Testing

@Suite struct UsageTests {
  @Test(arguments: Tools.names) func anUnknownFlagIsNamedWithTheNearest(_ tool: String) throws {
    let found = try run(tool, ["--verison"])
    #expect(found.status == 64)
    #expect(found.output == [])
    #expect(found.errors == "\(tool): error: unknown flag --verison (did you mean --version?)\n")
    let far = try run(tool, ["--xyzzyxyzzy", "1"])
    #expect(far.status == 64)
    #expect(far.errors == "\(tool): error: unknown flag --xyzzyxyzzy (see \(tool) --help)\n")
  }

  /// Invalid command lines, and words that the error line must contain.
  static let lines = [
    CommandLine("seq-build --ctxx 5", "--ctxx", "--ctx"), CommandLine("seq-build --ctx", "--ctx", "1 to 512"),
    CommandLine("seq-build --ctx 0", "--ctx 0", "1 to 512"), CommandLine("seq-build --ctx 513", "--ctx 513"),
    CommandLine("seq-build --ctx -3", "--ctx -3"), CommandLine("seq-build --ctx five", "--ctx five"),
    CommandLine("seq-build --ctx 2.5", "--ctx 2.5"), CommandLine("seq-build --ctx 99999999999999999999", "--ctx 9999"),
    CommandLine("seq-build --ctx=", "--ctx ''"), CommandLine("seq-build --ctx 5 --ctx 6", "already given"),
    CommandLine("seq-build --offset 0", "--offset 0"), CommandLine("seq-build --stride 0", "--stride 0"),
    CommandLine("seq-build --negatives -1", "--negatives -1"), CommandLine("seq-build --seed -1", "--seed -1"),
    CommandLine("seq-build --seed 18446744073709551616", "--seed 18446744073709551616"),
    CommandLine("seq-build --ctx --offset 2", "--ctx", "found --offset"),
    CommandLine("seq-build --flush=yes", "takes no value"),
    CommandLine("seq-build --progress sometimes", "auto"), CommandLine("direction-diagnose --format xml", "json"),
    CommandLine("direction-diagnose --min-signal much", "--min-signal much"),
    CommandLine("direction-diagnose --min-coherence nan", "--min-coherence nan"),
    CommandLine("direction-diagnose --min-coherence 1.5", "--min-coherence 1.5"),
    CommandLine("direction-diagnose --limit 0", "--limit 0"), CommandLine("narrative-delta --limt 3", "--limit"),
    CommandLine("article-select", "--only"), CommandLine("article-select --only 5-3", "--only 5-3"),
    CommandLine("article-select --only 1,,2", "--only 1,,2"),
    CommandLine("article-select --split a=0.5,b=0.6 --take a", "--split"),
    CommandLine("article-select --split a=0.5,b=0.5 --take c", "--take c", "a, b"),
    CommandLine("article-select --split a=0.5,b=0.5", "--take"), CommandLine("article-select --take a", "--split"),
    CommandLine("stream-head -n -1", "--count -1"), CommandLine("stream-head -x", "-x"),
    CommandLine("stream-check --members 0", "--members 0"),
    CommandLine("npz-write", "FILE is missing"), CommandLine("npz-write a b", "unexpected b"),
    CommandLine("npz-write -", "-"),
    CommandLine("stream-diff a", "B is missing"), CommandLine("stream-diff a b c", "unexpected c"),
    CommandLine("stream-diff a b --tolerance -1", "--tolerance -1"), CommandLine("vec-synth file", "unexpected file"),
    CommandLine("vec-synth --process brownian", "random-walk"), CommandLine("vec-synth --dim 0", "--dim 0"),
    CommandLine("vec-synth --rho 1.01", "--rho 1.01"), CommandLine("vec-synth --noise inf", "--noise inf"),
    CommandLine("npz-read a b", "unexpected b"), CommandLine("npz-read --only 1- x.npz", "--only 1-"),
    CommandLine("stream-split", "--shard"), CommandLine("stream-split --shards 3", "--out"),
    CommandLine("stream-split --shards 3 --out x -o y", "--output y"),
    CommandLine("stream-split --shard 0/2 --out x", "--shard 0/2"),
    CommandLine("stream-diff - -", "standard input once"),
    CommandLine("model-predict --model copy-last --ablate w", "--ablate w", "MODE=FILE"),
    CommandLine("model-predict --model copy-last --ablate drop-one=p", "--ablate drop-one=p", "drop-one:J"),
    CommandLine(
      "model-predict --model copy-last --ablate shuffle=p --ablate reverse=./p", "reverse=./p", "each file once"),
    CommandLine("recipe-info", "NAME|FILE is missing"), CommandLine("recipe-info --epoch 0 p1-baseline", "--epoch 0"),
    CommandLine("report-table", "--view is missing"), CommandLine("report-table --view x", "--view x"),
    CommandLine("epoch-verdict --stop-on x 1.jsonl", "--stop-on x", "copy-last"),
    CommandLine("model-init --dim 8 --out m", "--arch", "--recipe"),
    CommandLine("stream-split --shard 3/3", "--shard 3/3"), CommandLine("stream-split --shard 1", "--shard 1"),
    CommandLine("text-read a b", "unexpected b"), CommandLine("text-write --compress", "--compress"),
  ]

  @Test(arguments: lines) func oneLineSaysWhatWasExpected(_ line: CommandLine) throws {
    let found = try run(line.tool, line.arguments)
    #expect(found.status == 64)
    #expect(found.output == [])
    #expect(found.errorLines.count == 1)
    #expect(found.errors.hasPrefix("\(line.tool): error: "))
    for word in line.expected { #expect(found.errors.contains(word), "\(found.errors)") }
  }

  @Test func aFlagMayBeWrittenInTwoWays() throws {
    let spaced = try run("seq-build", ["--ctx", "2", "--offset", "2"], input: Samples.chunks)
    let joined = try run("seq-build", ["--ctx=2", "--offset=2"], input: Samples.chunks)
    #expect(spaced.status == 0)
    #expect(try Samples.info(spaced.output)["window_digest"] == Samples.info(joined.output)["window_digest"])
    for arguments in [["-n", "3"], ["-n3"], ["--count", "3"], ["--count=3"]] {
      #expect(try Samples.info(run("stream-head", arguments, input: Samples.chunks).output)["rows"] == 3)
    }
  }

  @Test func whatFollowsTheDashesIsAFile() throws {
    let folder = try Folder()
    try folder.write(Samples.chunks, to: "--help")
    let found = try run("stream-check", ["--", "--help"], in: folder)
    #expect(found.status == 0)
    #expect(found.output == [])
  }

  @Test func anArgumentThatIsNotTextIsRejected() throws {
    let found = try shell("stream-info \"$(printf 'a\\377b')\"")
    #expect(found.status == 64)
    #expect(found.errorLines.count == 1)
  }

  @Test func aStreamIsNotWrittenToATerminal() throws {
    for command in ["vec-synth --articles 1", "seq-build", "stream-cat", "npz-read x.npz"] {
      // script(1) gives the command a terminal.
      let found = try shell("command -v script >/dev/null || exit 77; script -qec '\(command)' /dev/null < /dev/null")
      guard found.status != 77 else { return }
      #expect(found.status == 64)
      #expect((found.text + found.errors).contains("standard output is a terminal"))
    }
  }
}
