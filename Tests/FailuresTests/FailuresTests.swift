import Failures
import Testing

@Suite struct FailuresTests {
  @Test func placesAreNamedFromTheOutside() {
    let found = #expect(throws: Failure.self) {
      try at("wiki.npz") { try at("array 'vectors'") { throw Failure(.badData, "holds a NaN", at: "row 3") } }
    }
    #expect(found?.description == "wiki.npz: array 'vectors': row 3: holds a NaN")
    #expect(found?.status == .badData)
  }

  @Test func resultsPassAndOtherErrorsStay() throws {
    struct Other: Error {}
    #expect(try at("here") { 5 } == 5)
    #expect(throws: Other.self) { try at("here") { throw Other() } }
  }

  @Test func hintAndOriginStayAsAFailureTravels() {
    let origin = FailureOrigin(tool: "npz-read", status: 66, reason: "absent")
    let failure = Failure(.badData, "upstream failed", hint: "look there", origin: origin).at("stdin")
    #expect(failure.hint == "look there" && failure.origin == origin && failure.places == ["stdin"])
  }

  /// The numbers are a contract with shells, make and xargs.
  @Test func statusesAreTheDocumentedOnes() {
    let statuses: [Failures.ExitStatus] = [
      .success, .answerIsNo, .usage, .badData, .cannotOpen, .internalFault, .cannotCreate, .inputOutput,
    ]
    #expect(statuses.map(\.rawValue) == [0, 1, 64, 65, 66, 70, 73, 74])
  }
}
