import Evaluation
import Testing

@Suite struct FiveGatesTests {
  /// Figures that pass everything, strictly too, with some changed.
  static func figures(_ changes: [Figure: Double?] = [:]) -> FiveGates.Figures {
    var values: [Figure: Double?] = [
      .margin: 0.2, .targetCosine: 0.6, .recallAt1: 0.7, .recallAt5: 0.97, .meanReciprocalRank: 0.85, .shuffle: -0.2,
      .reverse: -0.2, .dropOne: -0.1, .repeatLast: 0, .crossArticle: -0.1, .rollout: 0.5, .normalBin: 0.5,
    ]
    values.merge(changes) { $1 }
    return values.compactMapValues { $0 }.mapValues { Estimate($0) }
  }

  static func passes(_ gates: FiveGates) -> String {
    gates.outcomes.filter(\.passes).map(\.gate.rawValue).joined()
  }

  @Test func everyRequirementAtItsBoundAndBeyond() {
    for requirement in Requirement.all {
      for isVal in [true, false] {
        let bound = isVal ? requirement.val : requirement.ood
        let beyond = requirement.bound == .atLeast ? bound.nextDown : bound.nextUp
        for (value, isWithin) in [(bound, true), (beyond, false)] {
          let changed = Self.figures([requirement.figure: value])
          let (val, ood) = isVal ? (changed, Self.figures()) : (Self.figures(), changed)
          let lost = Gate.allCases.map(\.rawValue).filter { $0 != requirement.gate.rawValue }.joined()
          #expect(Self.passes(FiveGates(val: val, ood: ood, isStrict: true)) == (isWithin ? "ABCDE" : lost))
          let lenient = isWithin || requirement.isStrict
          #expect(Self.passes(FiveGates(val: val, ood: ood, isStrict: false)) == (lenient ? "ABCDE" : lost))
        }
      }
    }
  }

  @Test func binsMayDifferByTheirBound() {
    for (ood, isWithin) in [(0.45, true), (0.55, true), (0.4499999, false), (0.5500001, false), (0.5, true)] {
      let gates = FiveGates(val: Self.figures(), ood: Self.figures([.normalBin: ood]), isStrict: false)
      #expect(Self.passes(gates) == (isWithin ? "ABCDE" : "ABCD"), "\(ood)")
    }
  }

  @Test func anEmptyBinIsNotMeasurable() {
    for (val, ood) in [(nil, 0.5), (0.5, nil), (nil, nil)] as [(Double?, Double?)] {
      let gates = FiveGates(
        val: Self.figures([.normalBin: val]), ood: Self.figures([.normalBin: ood]), isStrict: false)
      #expect(Self.passes(gates) == "ABCD")
      #expect(gates.outcomes.map(\.isMeasurable) == [true, true, true, true, false])
    }
  }

  @Test func aMarginThatIsNotPositiveOverridesAll() {
    for (margin, isFit) in [(0.2, true), (1e-9, true), (0, false), (-1e-9, false)] {
      let gates = FiveGates(val: Self.figures([.margin: margin]), ood: Self.figures(), isStrict: false)
      #expect(gates.isFit(minimumGates: 3) == isFit)
    }
    let elsewhere = FiveGates(val: Self.figures(), ood: Self.figures([.margin: -0.5]), isStrict: false)
    #expect(elsewhere.isFit(minimumGates: 4) && !elsewhere.isFit(minimumGates: 5))
  }

  @Test func marksOfAGate() {
    func marks(_ passing: [String], among all: [String]) -> [CalibrationMark] {
      CalibrationMark.marks(Dictionary(uniqueKeysWithValues: all.map { ($0, passing.contains($0)) }))
    }
    let all = ["copy-last", "context-mean", "linear-extrapolation", "ridge", "oracle"]
    #expect(marks([], among: all) == [.oracleFails])
    #expect(marks(["oracle"], among: all) == [.noMeanPredictorPasses])
    #expect(marks(["oracle", "ridge"], among: all) == [])
    #expect(marks(["oracle", "ridge", "copy-last"], among: all) == [.trivialPasses])
    #expect(marks(["context-mean"], among: all) == [.oracleFails, .trivialPasses])
    // A predictor that is absent or was not measured has no say.
    #expect(marks(["oracle"], among: ["oracle"]) == [])
    #expect(marks([], among: []) == [])
  }
}
