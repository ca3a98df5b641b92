internal import Kernels
internal import Vectors

/// Where chance enters a step besides a network's dropout.
enum NoiseSite: Int {
  case orderPairs = 0x6F72_6465_7270_6169
  case orderVerifier = 0x6F72_6465_726D_6C70
  case augmentation = 0x6175_676D_656E_7461
}

extension Noise {
  /// The chance of one use in this step, apart from all others.
  func site(_ site: NoiseSite) -> Noise { Noise(seed: seed, step: site.rawValue) }

  /// The chance of one window: it does not depend on the others.
  func generator(_ window: Int) -> SeededGenerator { SeededGenerator(seed: seed, stream: UInt64(window)) }
}
