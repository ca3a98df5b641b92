internal import CZlib
import Failures

/// Deflates bytes into a raw deflate stream (RFC 1951), handing out packed pieces as they come.
final class Deflater {
  /// zlib keeps a pointer to it, so it must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 64)

  init() throws {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let status = deflateInit2_(
      stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw Failure(.internalFault, "zlib cannot start deflating: status \(status)") }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
    output.deallocate()
  }

  func deflate(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = min(rest.count, 1 << 30)
      try run(UnsafeRawBufferPointer(rebasing: rest[..<count]), Z_NO_FLUSH, body)
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Ends the stream.
  func finish(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    try run(UnsafeRawBufferPointer(start: nil, count: 0), Z_FINISH, body)
  }

  private func run(
    _ bytes: UnsafeRawBufferPointer, _ flush: Int32, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    // zlib does not write to its input; its declaration only lacks the const.
    let start = bytes.baseAddress.map { UnsafeMutablePointer(mutating: $0.assumingMemoryBound(to: UInt8.self)) }
    stream.pointee.next_in = start
    stream.pointee.avail_in = UInt32(bytes.count)
    repeat {
      stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(output.count)
      let status = CZlib.deflate(stream, flush)
      guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
        throw Failure(.internalFault, "zlib cannot deflate: status \(status)")
      }
      let made = output.count - Int(stream.pointee.avail_out)
      if made > 0 { try body(UnsafeRawBufferPointer(rebasing: output[..<made])) }
    } while stream.pointee.avail_out == 0
  }
}
