import CBLAS
import COpenBLAS
import Glibc
import Testing

/// OpenBLAS and the environment belong to the whole process: the test has one of its own, so that no kernel changes
/// under the other tests.
@Suite struct COpenBLASTests {
  @Test func kernelsSuitTheProcessorOrTheUser() async {
    await #expect(processExitsWith: .success) { choose() }
  }
}

private func choose() {
  func name() -> String { openblas_get_corename().map { String(cString: $0) } ?? "" }
  let before = name()
  let better = nextvec_better_kernels(before).map { String(cString: $0) }
  let asked = getenv("OPENBLAS_CORETYPE").map { String(cString: $0) }
  // What the user chose stands.
  setenv("OPENBLAS_CORETYPE", asked ?? "HASWELL", 1)
  #expect(nextvec_choose_kernels() == 0)
  #expect(name() == before)
  unsetenv("OPENBLAS_CORETYPE")
  // Else the kernels in use are those for the processor, whether OpenBLAS knew it or not.
  #expect(nextvec_choose_kernels() == (better == nil ? 0 : 1))
  #expect(better.map { name().lowercased() == $0.lowercased() } ?? (name() == before))
  #expect(nextvec_better_kernels(name()) == nil)
  #expect(nextvec_choose_kernels() == 0)
  #expect(getenv("OPENBLAS_CORETYPE") == nil)
  if let asked { setenv("OPENBLAS_CORETYPE", asked, 1) }
  // A product whose every partial sum is a whole number that single precision holds.
  let (a, b): ([Float], [Float]) = ((0..<12).map { Float($0 - 5) }, (0..<20).map { Float(3 - $0) })
  var c = [Float](repeating: 0, count: 15)
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, 3, 5, 4, 1, a, 4, b, 5, 0, &c, 5)
  for row in 0..<3 {
    for column in 0..<5 {
      let sum = (0..<4).reduce(Float(0)) { $0 + a[row * 4 + $1] * b[$1 * 5 + column] }
      #expect(c[row * 5 + column] == sum)
    }
  }
}
