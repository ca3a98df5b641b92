/// How a model is trained: data, architecture, optimizer, and the terms of the loss with their weights.
///
/// Recipes are JSON (pipelines/recipes). Nothing in a recipe's name has a meaning: what it says is what is done.
public struct Recipe: Hashable, Sendable {
  /// The vector that is "previous" in losses and margins.
  public enum Previous: String, CaseIterable, Sendable {
    /// c[ctx−1].
    case last = "context[-1]"
    /// c[ctx−2].
    case secondLast = "context[-2]"
    /// The window's slot of that role.
    case slot = "previous slot"
  }

  /// What the windows are to be.
  public struct Data: Hashable, Sendable {
    /// From the last context chunk to the target.
    public var offset = 1
    public var previous = Previous.last
    /// Chunks of the same article that are not the target, for contrast.
    public var negatives = 0
    /// True chunks after the target.
    public var futures = 0
    /// What windows must pass before training.
    public var gate: WindowFilter?

    public init() {}
  }

  /// A stage of `seq-gate`: score and minimum.
  public struct WindowFilter: Hashable, Sendable {
    public enum Score: String, CaseIterable, Sendable {
      case signal, delta, distinct
    }
    public var by: Score
    public var minimum: Double
  }

  /// A part of the training that sees the windows with the highest distinctness alone.
  public struct Stage: Hashable, Sendable {
    public var name: String
    /// The share of windows.
    public var top: Double
    /// Its first epoch.
    public var from: Int
    /// What the last validation of the stage must reach before the next begins, by `gateNames`.
    public var gates: [String: Double]

    /// The figures that a stage can have a gate for: of the validation, and the mean cosine of a rollout of 5 steps.
    public static let gateNames = ["margin", "r_at_5", "rollout"]
  }

  public struct Model: Hashable, Sendable {
    /// As `model-init --arch` has it.
    public var architecture = "transformer"
    public var isResidual = false
    /// The scale of the positional column; nil where there is none.
    public var positionalScalar: EpochValue?
    /// β of the attention bias against the last slot.
    public var lastSlotBias: EpochValue?

    public init() {}
  }

  /// The learning rate is multiplied by `factor` at the `patience` + 1st epoch in a row without an improvement.
  public struct Plateau: Hashable, Sendable {
    public var factor = 0.5
    public var patience = 3
    /// An epoch is better below best · (1 − threshold).
    public var threshold = 1e-4

    public init() {}
  }

  /// P7's weight of a window: 1 where Δ = cos(v, target) − cos(v, the chunk before) is at least `minimum`, else `weak`.
  public struct Gate: Hashable, Sendable {
    /// What v is compared with: the chunk before it, or (as the original did, so that no window passes) itself.
    public enum Reference: String, CaseIterable, Sendable {
      case secondLast = "context[-2]"
      case last = "context[-1]"
    }
    public enum Reduction: String, CaseIterable, Sendable {
      /// mean(w·l).
      case each
      /// mean(w) · mean(l).
      case mean
    }
    public var minimum = 0.03
    public var weak = 0.25
    public var reference = Reference.secondLast
    public var reduction = Reduction.each

    public init() {}
  }

  /// What training changes in the contexts.
  public struct Augment: Hashable, Sendable {
    /// With this probability the last slot becomes unit noise, zero, or the unit mean of the others.
    public var contextDrop = 0.0
    /// With this probability the last slot is overwritten or disturbed.
    public var lastSlotNoise = 0.0
    /// Of those, the share that is overwritten by the slot before.
    public var overwrite = 0.05
    /// The deviation of the disturbance.
    public var sigma = 0.03

    public init() {}
  }

  public var name: String
  public var description = ""
  public var data = Data()
  public var model = Model()
  public var batch = 32
  public var learningRate = 5e-4
  public var weightDecay = 0.01
  public var epochs = 20
  /// The largest norm of the gradient.
  public var clip = 1.0
  public var plateau: Plateau? = Plateau()
  public var terms: [RecipeTerm] = []
  public var gate: Gate?
  public var augment: Augment?
  public var stages: [Stage] = []

  public init(name: String) { self.name = name }

  /// The term of a kind.
  public func term(_ kind: RecipeTerm.Kind) -> RecipeTerm? { terms.first { $0.kind == kind } }

  /// Steps of rollout in training; 0 without.
  public var horizon: Int { term(.rollout).map { Int($0.parameter("horizon", epoch: 1)) } ?? 0 }
}
