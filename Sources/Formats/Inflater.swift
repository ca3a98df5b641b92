internal import CZlib
import Failures

/// Inflates a raw deflate stream (RFC 1951) piece by piece.
final class Inflater {
  /// zlib keeps a pointer to it, so it must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private(set) var isAtEnd = false

  init() throws {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let status = inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw Failure(.internalFault, "zlib cannot start inflating: status \(status)") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Inflates from `packed` into `output` until one is used up or the stream ends: the bytes taken and made.
  func inflate(
    _ packed: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws -> (taken: Int, made: Int) {
    guard !isAtEnd else { return (0, 0) }
    let maximum = 1 << 30
    let (available, room) = (min(packed.count, maximum), min(output.count, maximum))
    // zlib does not write to its input; its declaration only lacks the const.
    let start = packed.baseAddress.map { UnsafeMutablePointer(mutating: $0.assumingMemoryBound(to: UInt8.self)) }
    stream.pointee.next_in = start
    stream.pointee.avail_in = UInt32(available)
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(room)
    let status = CZlib.inflate(stream, Z_NO_FLUSH)
    switch status {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: isAtEnd = true
    case Z_MEM_ERROR: throw Failure(.internalFault, "zlib is out of memory")
    default:
      let words = stream.pointee.msg.map { String(cString: $0) } ?? "status \(status)"
      throw Failure(.badData, "its deflated bytes are damaged: \(words)")
    }
    return (available - Int(stream.pointee.avail_in), room - Int(stream.pointee.avail_out))
  }
}
