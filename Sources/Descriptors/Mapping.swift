internal import Failures
internal import Glibc

/// Bytes of a file mapped for reading. A page that has been read stays resident until it is released, so whoever walks
/// through a large file releases what lies behind.
///
/// A file that another process cuts short while it is mapped ends this process with SIGBUS, as with every mapped file.
public final class Mapping {
  /// The bytes from the offset asked for to the file's end.
  public let bytes: UnsafeRawBufferPointer
  private let pages: UnsafeMutableRawPointer?
  private let length: Int
  /// The file, open as long as the mapping lives; below 0 where it could not be kept open.
  public let file: Int32
  /// Where in the file `bytes` begin.
  private let offset: Int

  public static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

  /// Maps `count` bytes of a regular file from `offset` on; both lie within the file.
  ///
  /// - Throws: `.cannotOpen`.
  public init(descriptor: Int32, offset: Int, count: Int) throws {
    file = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    self.offset = offset
    guard count > 0 else {
      (bytes, pages, length) = (UnsafeRawBufferPointer(start: nil, count: 0), nil, 0)
      return
    }
    let lead = offset % Mapping.pageSize
    let mapped = mmap(nil, count + lead, PROT_READ, MAP_PRIVATE, descriptor, off_t(offset - lead))
    guard let mapped, mapped != MAP_FAILED else {
      throw Failure.system(.cannotOpen, "cannot map \(count) bytes")
    }
    (pages, length) = (mapped, count + lead)
    bytes = UnsafeRawBufferPointer(start: mapped + lead, count: count)
  }

  deinit {
    if let pages { munmap(pages, length) }
    if file >= 0 { close(file) }
  }

  /// Where a part of `bytes` lies in the file; nil for bytes that are nowhere.
  public func fileOffset(of part: UnsafeRawBufferPointer) -> Int? {
    guard let start = bytes.baseAddress, let index = part.baseAddress else { return nil }
    return offset + (index - start)
  }

  /// Lets go of the whole pages that end at or before `range.upperBound`, from the page of `range.lowerBound` on; they
  /// are read again when touched.
  public func release(_ range: Range<Int>) {
    advise(range, MADV_DONTNEED, wholePagesOnly: true)
  }

  public func releaseAll() {
    if let pages { madvise(pages, length, MADV_DONTNEED) }
  }

  /// Makes a range resident with one call instead of a page fault for every few pages; kernels before 5.14 decline.
  public func populate(_ range: Range<Int>) {
    let populateForReading: Int32 = 22
    advise(range, populateForReading, wholePagesOnly: false)
  }

  /// Asks for a range to be read from the disk in the background.
  public func prefetch(_ range: Range<Int>) {
    advise(range, MADV_WILLNEED, wholePagesOnly: false)
  }

  private func advise(_ range: Range<Int>, _ advice: Int32, wholePagesOnly: Bool) {
    guard let pages, let start = bytes.baseAddress else { return }
    let lead = UnsafeRawPointer(pages).distance(to: start)
    let page = Mapping.pageSize
    let lower = (lead + max(range.lowerBound, 0)) / page * page
    let end = lead + min(range.upperBound, bytes.count)
    let upper = wholePagesOnly ? end / page * page : min((end + page - 1) / page * page, length)
    if upper > lower { madvise(pages + lower, upper - lower, advice) }
  }
}
