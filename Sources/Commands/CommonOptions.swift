/// The options that several tools share, so that they are named and explained alike.
///
/// `help`, `version`, `quiet` and `progress` belong to every tool; the others are for a manual to list.
public enum CommonOptions {
  static let help = Option.flag("help", help: "print this page").letter("h")
  static let version = Option.flag("version", help: "print the version")
  static let quiet = Option.flag("quiet", help: "print no notes and no progress").letter("q")
  static let progress = Option.choice(
    "progress", default: ProgressMode.auto,
    help: "show progress on standard error; auto: on a terminal, after a second of work")

  /// `--seed N`: wherever chance is involved.
  public static let seed = Option.unsigned("seed", default: 17, help: "seed of every random choice")
  /// `--threads N`: read it as `arguments.threads`, which knows the environment.
  public static let threads = Option.integer(
    "threads", in: 1...1024, help: "threads to compute with"
  ).showing(default: "OPENBLAS_NUM_THREADS, else all cores")
  /// `-o FILE`: read it as `arguments.outputPath`, for which `-` is standard output.
  public static let output = Option.text(
    "output", placeholder: "FILE", help: "write to FILE, whole or not at all, instead of standard output"
  ).letter("o")
  /// `--out FILE`: the model that a tool makes; never standard output, since a model is read at any place.
  public static let model = Option.text(
    "out", placeholder: "FILE", help: "the new model, written whole or not at all; --output means the same"
  ).letter("o").alias("output").required()
  /// `--label NAME`: what a report calls its data.
  public static let label = Option.text("label", placeholder: "NAME", help: "the name of the data in the report")
  /// `--format json|table`: the form of a report.
  public static let format: Option<ReportFormat?> = Option.choice(
    "format", help: "the report's form"
  ).showing(default: "table on a terminal, else json")
  /// `--limit N`: report on so many windows.
  public static let limit = Option.integer(
    "limit", in: 1...Int.max, help: "report on the first N windows; the rest is still read and verified")
  /// `--members N`: how many streams were put together.
  public static let members = Option.integer(
    "members", in: 1...Int.max, help: "expect so many members: the one loss that a concatenation cannot show by itself")
  /// `--flush`: hand on every frame at once.
  public static let flush = Option.flag("flush", help: "write each frame as soon as it is complete")
}

/// When progress is shown.
public enum ProgressMode: String, CaseIterable, Sendable {
  case auto, always, never
}

/// The form of a report.
public enum ReportFormat: String, CaseIterable, Sendable {
  case json, table
}
