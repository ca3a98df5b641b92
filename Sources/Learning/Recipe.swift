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
    /// The vector that is "previous" in losses and margins.
    public var previous = Previous.last
    /// Chunks of the same article that are not the target, for contrast.
    public var negatives = 0
    /// True chunks after the target.
    public var futures = 0
    /// What windows must pass before training; nil if all are used.
    public var filter: WindowFilter?

    /// The defaults.
    public init() {}
  }

  /// A stage of `seq-gate`: score and minimum.
  public struct WindowFilter: Hashable, Sendable {
    /// What `seq-gate` scores windows by.
    public enum Score: String, CaseIterable, Sendable {
      case signal, delta, distinct
    }
    /// The score.
    public var by: Score
    /// The least score that passes.
    public var minimum: Double
  }

  /// A part of the training that sees the windows with the highest distinctness alone.
  public struct Stage: Hashable, Sendable {
    /// The name, for messages.
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

  /// The network that the recipe is made for.
  public struct Model: Hashable, Sendable {
    /// As `model-init --arch` has it.
    public var architecture = "transformer"
    /// Whether the network adds to the last context vector.
    public var isResidual = false
    /// The scale of the positional column; nil where there is none.
    public var positionalScalar: EpochValue?
    /// β of the attention bias against the last slot.
    public var lastSlotBias: EpochValue?

    /// The defaults.
    public init() {}
  }

  /// The learning rate is multiplied by `factor` at the `patience` + 1st epoch in a row without an improvement.
  public struct Plateau: Hashable, Sendable {
    /// What the learning rate is multiplied by.
    public var factor = 0.5
    /// How many epochs without an improvement are tolerated.
    public var patience = 3
    /// An epoch is better below best · (1 − threshold).
    public var threshold = 1e-4

    /// The defaults.
    public init() {}
  }

  /// The name, for messages and reports.
  public var name: String
  /// What the recipe tries.
  public var description = ""
  /// The windows it is made for.
  public var data = Data()
  /// The network it is made for.
  public var model = Model()
  /// Windows of a step, 2 or more.
  public var batch = 32
  /// AdamW's learning rate.
  public var learningRate = 5e-4
  /// AdamW's weight decay.
  public var weightDecay = 0.01
  /// Passes over the windows.
  public var epochs = 20
  /// The largest norm of the gradient.
  public var clip = 1.0
  /// The schedule of the learning rate; nil for none.
  public var plateau: Plateau? = Plateau()
  /// The terms of the loss.
  public var terms: [RecipeTerm] = []
  /// The weights of windows in terms that ask for them; nil for none.
  public var windowWeighting: WindowWeighting?
  /// What training changes in contexts; nil for nothing.
  public var augmentation: Augmentation?
  /// The stages of a curriculum, by ascending first epoch; empty for none.
  public var stages: [Stage] = []

  /// Creates a recipe of defaults without terms.
  public init(name: String) { self.name = name }

  /// The term of a kind; nil if the recipe has none.
  public func term(_ kind: any LossTerm.Type) -> RecipeTerm? { terms.first { $0.name == kind.name } }
}
