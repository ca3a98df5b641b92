// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Modules with loops over numbers or bytes are optimized in debug builds too: unoptimized, such a loop is a hundred
/// times slower, and `swift test` with it.
let optimized: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// A library module: one noun of the data's journey.
func module(_ name: String, uses: [Target.Dependency] = [], settings: [SwiftSetting] = []) -> Target {
  .target(name: name, dependencies: uses, swiftSettings: strict + settings)
}

/// C that Swift cannot replace, optimized in debug builds too.
func c(_ name: String, uses: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: uses,
    cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"]), .unsafeFlags(["-O2"], .when(configuration: .debug))])
}

/// A filter: one verb. `npz-read` lives in Sources/Tools/npz-read.
func tool(_ name: String, uses: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: ["Commands", "Failures"] + uses, path: "Sources/Tools/\(name)", swiftSettings: strict)
}

/// The tests of one module, in Tests/<module>Tests.
func tests(_ name: String, uses: [Target.Dependency], settings: [SwiftSetting] = []) -> Target {
  .testTarget(name: "\(name)Tests", dependencies: uses, swiftSettings: strict + settings)
}

let package = Package(
  name: "nextvec",
  targets: [
    // The only doors to OpenBLAS and zlib.
    .systemLibrary(name: "CBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    // What Swift cannot ask of the processor and of Linux.
    c("CVectors"),
    c("CPipes"),
    c("CProcess"),
    c("CChecksum", uses: ["CZlib"]),
    c("COpenBLAS", uses: ["CBLAS"]),

    // The words that every module shares.
    module("Failures"),
    module("JSON"),

    module("Descriptors", uses: ["CPipes", "Failures"], settings: optimized),

    // What the data becomes, in the order it becomes it.
    module("Vectors", uses: ["CVectors"], settings: optimized),
    module("Checksums", uses: ["CChecksum", "CVectors", "CZlib"], settings: optimized),
    module("Formats", uses: ["CZlib", "Checksums", "Descriptors", "Failures", "Vectors"], settings: optimized),
    module("Streams", uses: ["Checksums", "Descriptors", "Failures", "JSON", "Vectors"], settings: optimized),
    module("Sequences", uses: ["Descriptors", "Failures", "Vectors"], settings: optimized),
    module("Evaluation", uses: ["Failures", "Vectors"], settings: optimized),

    // Arithmetic: the only module that sees OpenBLAS.
    module("Kernels", uses: ["CBLAS", "COpenBLAS", "CVectors", "Failures", "Vectors"], settings: optimized),
    module("Networks", uses: ["Failures", "Kernels", "Vectors"], settings: optimized),
    module("Prediction", uses: ["Kernels", "Networks", "Vectors"], settings: optimized),
    // Apart from Evaluation, whose tools need no OpenBLAS.
    module("Regression", uses: ["Evaluation", "Failures", "Kernels", "Vectors"], settings: optimized),

    // Networks in files.
    module("Checkpoints", uses: ["Descriptors", "Failures", "JSON", "Kernels", "Networks"], settings: optimized),
    module(
      "Learning", uses: ["Checkpoints", "Descriptors", "Failures", "JSON", "Kernels", "Networks", "Vectors"],
      settings: optimized),

    // The command line, and a tool's place in a pipeline.
    module("Commands", uses: ["CProcess", "Descriptors", "Failures", "JSON"]),
    module(
      "Stages",
      uses: ["Checksums", "Commands", "Descriptors", "Failures", "JSON", "Sequences", "Streams", "Vectors"]),
    // What predictions are held against.
    module(
      "Articles",
      uses: ["Commands", "Descriptors", "Evaluation", "Failures", "Formats", "JSON", "Stages", "Streams", "Vectors"]),

    // What people type.
    tool("ablation-eval", uses: ["Articles", "Evaluation", "JSON", "Sequences", "Stages", "Streams", "Vectors"]),
    tool("arrow-test", uses: ["JSON", "Kernels", "Regression", "Sequences", "Stages", "Streams", "Vectors"]),
    tool("article-select", uses: ["Sequences", "Stages", "Streams", "Vectors"]),
    tool("bins-eval", uses: ["Articles", "Evaluation", "JSON", "Stages", "Streams", "Vectors"]),
    tool("direction-diagnose", uses: ["Evaluation", "JSON", "Stages", "Streams", "Vectors"]),
    tool("epoch-verdict", uses: ["JSON", "Learning", "Stages"]),
    tool("gate-verdict", uses: ["Evaluation", "JSON", "Stages", "Streams"]),
    tool("model-average", uses: ["Checkpoints"]),
    tool("model-info", uses: ["Checkpoints", "JSON", "Networks"]),
    tool("model-init", uses: ["Checkpoints", "Learning", "Networks"]),
    tool(
      "model-predict",
      uses: [
        "Articles", "Checkpoints", "Evaluation", "JSON", "Kernels", "Networks", "Prediction", "Sequences", "Stages",
        "Streams", "Vectors",
      ]),
    tool("narrative-delta", uses: ["Evaluation", "JSON", "Stages", "Streams", "Vectors"]),
    tool("npz-read", uses: ["Descriptors", "Formats", "JSON", "Stages", "Streams", "Vectors"]),
    tool("npz-write", uses: ["Formats", "Stages", "Streams", "Vectors"]),
    tool("offset-sweep", uses: ["Articles", "Evaluation", "JSON", "Stages", "Streams", "Vectors"]),
    tool("recipe-info", uses: ["JSON", "Learning"]),
    tool("report-table", uses: ["Evaluation", "JSON", "Stages"]),
    tool("retrieval-rank", uses: ["Articles", "Evaluation", "JSON", "Kernels", "Stages", "Streams", "Vectors"]),
    tool(
      "ridge-fit", uses: ["Checkpoints", "JSON", "Kernels", "Networks", "Regression", "Stages", "Streams", "Vectors"]),
    tool("rollout-eval", uses: ["Articles", "Evaluation", "JSON", "Stages", "Streams", "Vectors"]),
    tool("seq-ablate", uses: ["Sequences", "Stages", "Streams", "Vectors"]),
    tool("seq-build", uses: ["Sequences", "Stages", "Streams", "Vectors"]),
    tool("seq-gate", uses: ["Evaluation", "Sequences", "Stages", "Streams", "Vectors"]),
    tool("seq-shuffle", uses: ["Sequences", "Stages", "Streams", "Vectors"]),
    tool("stream-cat", uses: ["Stages", "Streams", "Vectors"]),
    tool("stream-check", uses: ["Stages", "Streams", "Vectors"]),
    tool("stream-diff", uses: ["JSON", "Stages", "Streams", "Vectors"]),
    tool("stream-head", uses: ["Sequences", "Stages", "Streams", "Vectors"]),
    tool("stream-info", uses: ["JSON", "Stages", "Streams", "Vectors"]),
    tool("stream-split", uses: ["Sequences", "Stages", "Streams", "Vectors"]),
    tool("text-read", uses: ["Stages", "Streams", "Vectors"]),
    tool("text-write", uses: ["Stages", "Streams", "Vectors"]),
    tool(
      "train-step", uses: ["Checkpoints", "JSON", "Kernels", "Learning", "Networks", "Stages", "Streams", "Vectors"]),
    tool("vec-synth", uses: ["Sequences", "Stages", "Streams", "Vectors"]),

    // The proof.
    tests(
      "Checkpoints", uses: ["Checkpoints", "Failures", "JSON", "Kernels", "Networks", "TestSupport"],
      settings: optimized),
    tests("Articles", uses: ["Articles", "Evaluation", "Failures", "TestSupport"]),
    tests("CChecksum", uses: ["CChecksum", "CZlib", "Vectors"]),
    tests("COpenBLAS", uses: ["CBLAS", "COpenBLAS"]),
    tests("CVectors", uses: ["CVectors", "Vectors"]),
    tests("Checksums", uses: ["CZlib", "Checksums", "Vectors"]),
    tests("Descriptors", uses: ["Descriptors", "Failures", "TestSupport"]),
    tests("Failures", uses: ["Failures"]),
    tests("JSON", uses: ["JSON"]),
    tests("Stages", uses: ["Failures", "JSON", "Stages", "Streams", "TestSupport", "Vectors"]),
    tests("Vectors", uses: ["Vectors"]),
    tests("Commands", uses: ["Commands", "Failures", "JSON"]),
    tests("Formats", uses: ["Checksums", "Descriptors", "Failures", "Formats", "Vectors"]),
    .target(
      name: "TestSupport", dependencies: ["Failures", "JSON", "Streams", "Vectors"], path: "Tests/TestSupport",
      swiftSettings: strict + optimized),
    tests("Streams", uses: ["Checksums", "Failures", "JSON", "Streams", "TestSupport", "Vectors"]),
    tests("Sequences", uses: ["Failures", "Sequences", "TestSupport", "Vectors"], settings: optimized),
    tests("Kernels", uses: ["Kernels", "Vectors"], settings: optimized),
    tests(
      "Networks", uses: ["Failures", "JSON", "Kernels", "Networks", "Prediction", "TestSupport", "Vectors"],
      settings: optimized),
    tests("Prediction", uses: ["Kernels", "Networks", "Prediction", "Vectors"], settings: optimized),
    tests(
      "Learning",
      uses: ["Checkpoints", "Failures", "JSON", "Kernels", "Learning", "Networks", "TestSupport", "Vectors"],
      settings: optimized),
    tests(
      "Regression", uses: ["Failures", "Kernels", "Regression", "Sequences", "TestSupport", "Vectors"],
      settings: optimized),
    tests("Evaluation", uses: ["Evaluation", "Failures", "Sequences", "TestSupport", "Vectors"], settings: optimized),
    // These run the tools as people do; `swift test` builds every tool of the package beside them.
    .testTarget(
      name: "ToolTests", dependencies: ["Failures", "JSON", "Streams", "TestSupport", "Vectors"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// Built by `make fuzz` alone, with libFuzzer's instrumentation in every module. GNU gold ends with an internal error on it.
if Context.environment["NEXTVEC_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz-inputs",
      dependencies: ["Checkpoints", "Checksums", "Descriptors", "Failures", "Formats", "Streams", "Vectors"],
      path: "Tests/FuzzTargets", swiftSettings: strict, linkerSettings: [.unsafeFlags(["-use-ld=lld"])]))
}
