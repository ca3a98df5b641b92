import JSON
import TestSupport
import Testing

/// Outputs that cannot be created or written.
@Suite struct OutputTests {
  /// Each tool that writes to standard output, reading standard input.
  static let writers = [
    "article-select --only 1-9", "direction-diagnose --no-gate", "narrative-delta", "stream-cat", "stream-head",
    "stream-info",
    "stream-split --shard 0/2", "text-write", "stream-diff - FILE", "vec-synth --articles 2 --dim 3",
    "npz-read --one-article NPY",
    "npz-read --list NPY",
  ]

  private static func folder() throws -> Folder {
    let folder = try Folder()
    try folder.write(Samples.windows, to: "windows.nvs")
    try folder.write(Samples.npy, to: "m.npy")
    return folder
  }

  private static func command(_ writer: String) -> String {
    writer.replacing("FILE", with: "windows.nvs").replacing("NPY", with: "m.npy")
  }

  @Test(arguments: writers) func aLostWriteIsAnError(_ writer: String) throws {
    let folder = try Self.folder()
    let tool = writer.split(separator: " ")[0]
    for target in ["> /dev/full", ">&-"] {
      let found = try shell("\(Self.command(writer)) \(target) < windows.nvs", in: folder)
      #expect(found.status == 74, "\(target)")
      let errors = found.errorLines.filter { $0.contains(": error: ") }
      #expect(errors.count == 1 && errors[0].hasPrefix("\(tool): error: standard output: "), "\(found.errors)")
    }
  }

  @Test(arguments: writers) func outputGoesToAFile(_ writer: String) throws {
    let folder = try Self.folder()
    let plain = try shell("\(Self.command(writer)) < windows.nvs", in: folder)
    #expect(plain.status <= 1)
    let found = try shell("\(Self.command(writer)) -o out < windows.nvs", in: folder)
    #expect(found.status == plain.status)
    #expect(found.output == [])
    // Not even the option that names the file leaves a trace in it.
    #expect(try folder.bytes(of: "out") == plain.output)
    #expect(folder.names == ["m.npy", "out", "windows.nvs"])
    let closed = try shell("\(Self.command(writer)) -o out < windows.nvs >&-", in: folder)
    #expect(closed.status == plain.status)
  }

  @Test(arguments: writers) func aFileThatCannotBeMade(_ writer: String) throws {
    let folder = try Self.folder()
    for target in ["/nonexistent/folder/out", "m.npy/out", "/tmp"] {
      let found = try shell("\(Self.command(writer)) -o \(target) < windows.nvs", in: folder)
      #expect(found.status == 73)
      #expect(found.output == [])
      #expect(found.errors.contains(": error: \(target): "), "\(found.errors)")
    }
    let full = try shell("\(Self.command(writer)) -o /dev/full < windows.nvs", in: folder)
    #expect(full.status == 74)
  }

  @Test(arguments: [
    "stream-cat", "text-write", "direction-diagnose", "stream-info", "stream-head -n 1000", "article-select --only 0-9",
  ])
  func aFileIsWrittenWholeOrNotAtAll(_ command: String) throws {
    let folder = try Self.folder()
    try folder.write(Array(Samples.windows.dropLast(64)), to: "cut.nvs")
    let found = try shell("\(command) -o out cut.nvs", in: folder)
    #expect(found.status == 65)
    #expect(found.output == [])
    #expect(folder.names == ["cut.nvs", "m.npy", "windows.nvs"])
    try folder.write(Array("old".utf8), to: "out")
    #expect(try shell("\(command) -o out cut.nvs", in: folder).status == 65)
    #expect(try folder.text(of: "out") == "old")
    #expect(try shell("\(command) -o out windows.nvs", in: folder).status <= 1)
    #expect(try folder.text(of: "out") != "old")
    #expect(folder.names == ["cut.nvs", "m.npy", "out", "windows.nvs"])
  }

  @Test(arguments: ["stream-split --shards 3 --out part-", "npz-write part.npz"])
  func filesOfOtherToolsAreWrittenWholeOrNotAtAll(_ command: String) throws {
    let folder = try Self.folder()
    try folder.write(Array(Samples.windows.dropLast(64)), to: "cut.nvs")
    #expect(try shell("\(command) < cut.nvs", in: folder).status == 65)
    #expect(folder.names == ["cut.nvs", "m.npy", "windows.nvs"])
    #expect(try shell("\(command.replacing("part", with: "/nonexistent/part")) < windows.nvs", in: folder).status == 73)
  }

  @Test(arguments: ["TERM", "HUP", "PIPE"]) func anEndedRunLeavesNothing(_ signal: String) throws {
    let folder = try Self.folder()
    let script = """
      mkfifo pipe
      stream-cat -o out < pipe &
      exec 3> pipe
      head -c 1000 windows.nvs >&3
      until ls -A | grep -q '\\.tmp$'; do sleep 0.01; done
      kill -\(signal) $!
      wait $!
      """
    let found = try shell(script, in: folder)
    #expect(found.status > 128)
    #expect(folder.names == ["m.npy", "pipe", "windows.nvs"])
  }

  @Test func aNamedPipeIsWrittenInPlace() throws {
    let folder = try Self.folder()
    let found = try shell(
      "mkfifo pipe; stream-cat windows.nvs -o pipe & stream-info < pipe; wait $! && test -p pipe", in: folder)
    #expect(found.status == 0)
    #expect(found.json?["windows"] == (try Samples.info(Samples.windows)["windows"]))
  }

  @Test func aLinkStaysALink() throws {
    let folder = try Self.folder()
    let found = try shell(
      "echo old > file; ln -s file link; stream-info windows.nvs -o link && test -L link && cat file", in: folder)
    #expect(found.status == 0)
    #expect(found.json?["kind"] == "windows")
  }
}
