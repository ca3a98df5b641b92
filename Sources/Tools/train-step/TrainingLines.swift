import Commands
import JSON
import Learning

/// The lines of a pass on standard output: one every so many steps, and one at the end. Each is written at once.
struct TrainingLines {
  private let every: Int
  private let epoch: Int
  /// AdamW's in the last step.
  private var learningRate: Double
  private var sinceLine = StepFigures()
  private var stepsSinceLine = 0
  private(set) var all = StepFigures()
  private let stopwatch = Stopwatch()
  private var lineStopwatch = Stopwatch()

  init(_ every: Int, epoch: Int, learningRate: Double) {
    self.every = every
    self.epoch = epoch
    self.learningRate = learningRate
  }

  /// Takes a step; every so many, writes the means since the last line.
  mutating func add(_ figures: StepFigures, step: Int, learningRate: Double) throws {
    self.learningRate = learningRate
    all.merge(figures)
    sinceLine.merge(figures)
    stepsSinceLine += 1
    guard stepsSinceLine >= every else { return }
    try write("step", sinceLine, step: step, seconds: lineStopwatch.seconds, [:])
    (sinceLine, stepsSinceLine, lineStopwatch) = (StepFigures(), 0, Stopwatch())
  }

  /// The last line.
  func end(step: Int, steps: Int, leftOver: Int, _ validation: ValidationFigures?, _ alarms: [TrainingAlarm]) throws {
    let seconds = stopwatch.seconds
    try write(
      "epoch", all, step: step, seconds: seconds,
      [
        "steps": .integer(Int64(steps)), "windows": .integer(Int64(all.windows)),
        "left_over": .integer(Int64(leftOver)), "val": validation?.json ?? .null,
        "alarms": .array(alarms.map { .string($0.rawValue) }), "seconds": .figure(seconds),
      ])
  }

  /// The line of a training that cannot go on.
  func diverge(_ divergence: Divergence) throws {
    let line: JSON = [
      "event": "alarm", "alarms": [.string(TrainingAlarm.divergence.rawValue)], "epoch": .integer(Int64(epoch)),
      "step": .integer(Int64(divergence.step)), "what": .string(divergence.what), "value": .figure(divergence.value),
    ]
    try StandardOutput.write(line.text + "\n")
  }

  private func write(
    _ event: String, _ figures: StepFigures, step: Int, seconds: Double, _ more: [String: JSON]
  ) throws {
    var fields = figures.fields.merging(more) { _, own in own }
    fields["event"] = .string(event)
    fields["epoch"] = .integer(Int64(epoch))
    fields["step"] = .integer(Int64(step))
    fields["lr"] = .number(learningRate)
    fields["windows_per_second"] = .figure((Double(figures.windows) / max(seconds, 1e-9) * 10).rounded() / 10)
    try StandardOutput.write(JSON.object(fields).text + "\n")
  }
}
