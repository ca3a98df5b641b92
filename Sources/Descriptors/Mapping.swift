internal import Failures
internal import Glibc

/// Bytes of a file mapped for reading. A page that has been read stays resident until it is released, so whoever walks
/// through a large file releases the pages behind it.
///
/// If another process truncates the file while it is mapped, a read past its new end raises SIGBUS.
public final class Mapping {
  /// The bytes from the offset asked for to the file's end.
  public let bytes: UnsafeRawBufferPointer
  private let pages: UnsafeMutableRawPointer?
  private let length: Int
  /// A descriptor of the file, open as long as the mapping lives; below 0 where it could not be kept open.
  public let file: Int32
  /// The file offset of the first of `bytes`.
  private let offset: Int

  /// Bytes in a page of memory.
  public static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

  /// Maps `count` bytes of a regular file from `offset` on; all lie within the file. The caller keeps the descriptor,
  /// and may close it.
  ///
  /// - Throws: `.cannotOpen` where the system refuses.
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

  /// The file offset of a part of `bytes`; nil where one of the two is empty.
  public func fileOffset(of part: UnsafeRawBufferPointer) -> Int? {
    guard let start = bytes.baseAddress, let address = part.baseAddress else { return nil }
    return offset + (address - start)
  }

  /// Releases the whole pages that end at or before `range.upperBound`, from the page of `range.lowerBound` on; they
  /// are read again when touched.
  public func release(_ range: Range<Int>) {
    advise(range, MADV_DONTNEED, wholePagesOnly: true)
  }

  /// Releases all pages.
  public func releaseAll() {
    if let pages { madvise(pages, length, MADV_DONTNEED) }
  }

  /// Makes a range resident with one call instead of a page fault for every few pages; Linux before 5.14 declines.
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
