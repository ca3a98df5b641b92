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
    /// What windows must pass before training; nil if all are used.
    public var filter: WindowFilter?

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
  public var windowWeighting: WindowWeighting?
  public var augmentation: Augmentation?
  public var stages: [Stage] = []

  public init(name: String) { self.name = name }

  /// The term of a kind; nil if the recipe has none.
  public func term(_ kind: any LossTerm.Type) -> RecipeTerm? { terms.first { $0.name == kind.name } }
}
