public import Networks
private import Glibc

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
    /// What the network's output is added to.
    public var residual = Configuration.Residual.none
    /// Sizes other than the architecture's usual ones, by `sizeNames`.
    public var sizes: [String: Int] = [:]
    /// The share of activations that training zeroes; nil for the architecture's usual one.
    public var dropout: Double?

    /// The sizes that a recipe can state, as `model-init` calls them.
    public static let sizeNames = ["width", "hidden", "layers", "heads"]

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

  /// A factor of the learning rate for every step: up by a straight line, then down by a curve.
  public struct Schedule: Hashable, Sendable {
    /// How the rate falls.
    public enum Decay: String, CaseIterable, Sendable {
      /// It stays.
      case constant
      /// By half a period of the cosine (Loshchilov and Hutter, "SGDR", 2017).
      case cosine
      /// Warm-up, stable, decay: it stays, and falls by a straight line in the end (Hu et al., "MiniCPM", 2024).
      case wsd
    }

    /// Until when the rate falls.
    public enum End: Hashable, Sendable {
      /// The step that first has the factor `floor`; later ones keep it.
      case step(Int)
      /// So many epochs: the rate is one and the same in all steps of an epoch, and `floor` after the last.
      case epochs(Int)
    }

    /// The most steps or epochs that a schedule may have.
    static let longest = 1_000_000_000

    /// How the rate falls after the warm-up.
    public var decay: Decay
    /// Steps in which the factor rises by a straight line to 1, which the last of them has.
    public var warmUp: Int
    /// Until when it falls.
    public var end: End
    /// With `wsd`, how many of the last steps or epochs it falls in; nil for a fifth.
    public var tail: Int?
    /// The factor in the end, 0 to 1.
    public var floor: Double

    /// A schedule whose numbers fit each other as recipes must have them: fewer steps of warm-up than steps, and a tail
    /// within what follows it.
    public init(decay: Decay, warmUp: Int, end: End, tail: Int?, floor: Double) {
      self.decay = decay
      self.warmUp = warmUp
      self.end = end
      self.tail = tail
      self.floor = floor
    }

    /// The factor of a step.
    ///
    /// - Parameters:
    ///   - step: counted from 1 over all epochs.
    ///   - epoch: counted from 1.
    public func factor(step: Int, epoch: Int) -> Double {
      let rise = step < warmUp ? Double(step) / Double(warmUp) : 1
      let (position, last, length) =
        switch end {
        case .step(let last): (step, last, last - warmUp)
        case .epochs(let count): (epoch - 1, count, count)
        }
      func share(of length: Int) -> Double { min(max(Double(position - (last - length)) / Double(length), 0), 1) }
      let fall =
        switch decay {
        case .constant: 0.0
        case .cosine: 0.5 * (1 - cos(.pi * share(of: length)))
        case .wsd: share(of: tail ?? max(1, length / 5))
        }
      return rise * (1 - (1 - floor) * fall)
    }
  }

  /// A figure of the validation of which more is better, under its name in reports.
  public enum Selection: String, CaseIterable, Sendable {
    /// Mean cosine with the target.
    case cosine = "cos_next"
    /// `cos_next` minus the mean cosine with the previous vector.
    case margin
    /// The share of targets among the five nearest of the batch.
    case recallAt5 = "r_at_5"
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
  /// The schedule of the learning rate by step; nil for none.
  public var schedule: Schedule?
  /// The figure of the validation by which the best epoch is chosen.
  public var select = Selection.cosine
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
