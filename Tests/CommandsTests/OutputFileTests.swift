import Commands
import Failures
import Glibc
import Testing

@Test func aFileAppearsOnlyWhenCommitted() throws {
  try withDirectory { directory in
    let path = directory + "/out.bin"
    let file = try OutputFile(path)
    try file.write("new")
    #expect(names(in: directory) == [".out.bin.\(getpid()).tmp"])
    try file.commit()
    #expect(names(in: directory) == ["out.bin"])
    #expect(try contents(path) == "new")
  }
}

@Test func flushingGivesNoName() throws {
  try withDirectory { directory in
    let file = try OutputFile(directory + "/a")
    try file.write("one")
    try file.flush()
    #expect(names(in: directory) == [".a.\(getpid()).tmp"])
    try file.write(" two")
    try file.commit()
    #expect(try contents(directory + "/a") == "one two")
  }
  let device = try OutputFile("/dev/null")
  try device.flush()
  try device.commit()
}

@Test func anUnfinishedFileLeavesTheOldOne() throws {
  try withDirectory { directory in
    let path = directory + "/out.bin"
    try write("old", to: path)
    let file = try OutputFile(path)
    try file.write("new")
    file.discard()
    #expect(try contents(path) == "old")
    _ = try OutputFile(path)
    #expect(names(in: directory) == ["out.bin"])
  }
}

@Test func twoUnfinishedFilesOfOneNameDoNotCollide() throws {
  try withDirectory { directory in
    let first = try OutputFile(directory + "/a")
    let second = try OutputFile(directory + "/a")
    try first.write("first")
    try second.write("second")
    try second.commit()
    #expect(try contents(directory + "/a") == "second")
    try first.commit()
    #expect(try contents(directory + "/a") == "first")
  }
}

@Test func linksAndPermissionsSurvive() throws {
  try withDirectory { directory in
    try write("old", to: directory + "/real")
    chmod(directory + "/real", 0o640)
    symlink("real", directory + "/link")
    let file = try OutputFile(directory + "/link")
    try file.write("new")
    try file.commit()
    #expect(try contents(directory + "/real") == "new")
    #expect(names(in: directory) == ["link", "real"])
    var status = stat()
    #expect(stat(directory + "/real", &status) == 0 && status.st_mode & 0o777 == 0o640)
  }
}

@Test func aDeviceIsWrittenInPlace() throws {
  let file = try OutputFile("/dev/null")
  try file.write("gone")
  try file.commit()
  var status = stat()
  #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
}

@Test func aFullDeviceIsAWriteError() throws {
  let file = try OutputFile("/dev/full")
  #expect(throws: Failure(.inputOutput, "cannot be written: No space left on device", at: "/dev/full")) {
    try file.write("x")
  }
}

@Test func whatCannotBeCreatedIsRejectedAtOnce() throws {
  try withDirectory { directory in
    for (path, problem) in [
      (directory, "cannot be created: Is a directory"),
      (directory + "/none/a", "cannot be created: No such file or directory"),
      (directory + "/none/", "expected the name of a file"),
    ] {
      #expect(throws: Failure(.cannotCreate, problem, at: path)) { _ = try OutputFile(path) }
    }
    #expect(throws: Failure(.cannotCreate, "expected the name of a file", at: "''")) { _ = try OutputFile("") }
    let long = directory + "/" + String(repeating: "é", count: 120)
    try OutputFile(long).commit()
    #expect(names(in: directory).count == 1)
  }
}
