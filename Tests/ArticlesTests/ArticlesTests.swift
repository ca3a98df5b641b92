import Articles
import Evaluation
import Failures
import TestSupport
import Testing

/// The chunks of `--articles`, whatever they are kept in.
@Suite struct ArticlesTests {
  private static let folder: Result<Folder, any Error> = Result {
    let folder = try Folder()
    let made = try shell(
      """
      vec-synth --articles 5 --chunks 9 --dim 6 --seed 4 -q > chunks.nvs && npz-write stored.npz < chunks.nvs &&
      npz-write --compress deflated.npz < chunks.nvs && stream-split --shards 2 --out part -q < chunks.nvs &&
      cat chunks.nvs chunks.nvs > twice.nvs && seq-build --ctx 2 -q < chunks.nvs > windows.nvs && head -c 900 chunks.nvs > cut.nvs
      """, in: folder)
    guard made.status == 0 else { throw Failure(.internalFault, made.errors) }
    return folder
  }

  private func vectors(_ name: String) throws -> [[Float]] {
    let store = try ArticleStore.open(try Self.folder.get()(name))
    #expect(store.dim == 6 && store.index.chunks == 45)
    return try (0..<5).flatMap { article -> [[Float]] in
      let entry = try #require(store.select(UInt64(article)))
      #expect(entry.count == 9 && store.position(of: 9) == nil)
      return try (0..<9).map { Array(try store.vector(at: try #require(store.position(of: $0))).0) }
    }
  }

  @Test func theSameChunksFromAStreamAndFromArchives() throws {
    let stream = try vectors("chunks.nvs")
    #expect(Set(stream).count == 45)
    #expect(try vectors("stored.npz") == stream && vectors("deflated.npz") == stream)
    let store = try ArticleStore.open(try Self.folder.get()("chunks.nvs"))
    #expect(store.select(99) == nil)
  }

  @Test(arguments: [
    ("absent.nvs", Failures.ExitStatus.cannotOpen, "cannot be opened"), ("twice.nvs", .badData, "twice.nvs"),
    ("windows.nvs", .badData, "expected chunks, found windows"), ("cut.nvs", .badData, "cut.nvs"),
  ])
  func whatIsNoSetOfChunksIsRejected(_ name: String, _ status: Failures.ExitStatus, _ words: String) throws {
    let path = try Self.folder.get()(name)
    do {
      _ = try ArticleStore.open(path)
      Issue.record("\(name) was accepted")
    } catch let failure as Failure {
      #expect(failure.status == status && failure.description.contains(words), "\(failure)")
    }
  }
}
