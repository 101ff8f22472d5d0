#include "clients/cli/push/event_input.h"

#include <unistd.h>

#include <cstdio>
#include <string>

#include "clients/cli/push/line_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

using ::testing::HasSubstr;

// A pipe whose reader is opened by its name in /proc.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe(ends_), 0); }
  ~Pipe() {
    close(ends_[0]);
    CloseWriter();
  }
  void Write(const std::string& text) {
    EXPECT_EQ(write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void CloseWriter() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(ends_[0]); }

 private:
  int ends_[2] = {-1, -1};
};

TEST(EventInputTest, ReadsToTheEnd) {
  Pipe pipe;
  pipe.Write("one\ntwo");
  pipe.CloseWriter();
  auto input = EventInput::Open(pipe.path(), [] { return false; });
  ASSERT_TRUE(input.ok()) << input.status();
  LineReader lines(*input);
  std::string line;
  EXPECT_EQ(lines.Next(&line), LineReader::Outcome::kLine);
  EXPECT_EQ(line, "one");
  EXPECT_EQ(lines.Next(&line), LineReader::Outcome::kLine);
  EXPECT_EQ(line, "two");
  EXPECT_EQ(lines.Next(&line), LineReader::Outcome::kEnd);
  EXPECT_EQ(input->status(), absl::OkStatus());
}

TEST(EventInputTest, ASilentPipeIsLeftWhenAskedTo) {
  Pipe pipe;
  pipe.Write("whole\nhal");
  int asked = 0;
  auto input = EventInput::Open(pipe.path(), [&] { return ++asked > 1; });
  ASSERT_TRUE(input.ok()) << input.status();
  LineReader lines(*input);
  std::string line;
  EXPECT_EQ(lines.Next(&line), LineReader::Outcome::kLine);
  EXPECT_EQ(line, "whole");
  lines.Next(&line);
  EXPECT_TRUE(absl::IsCancelled(input->status())) << input->status();
}

TEST(EventInputTest, AReadThatFailsIsNotTheEnd) {
  // The first page of a process is never mapped.
  auto input = EventInput::Open("/proc/self/mem", [] { return false; });
  ASSERT_TRUE(input.ok()) << input.status();
  LineReader lines(*input);
  std::string line;
  EXPECT_EQ(lines.Next(&line), LineReader::Outcome::kEnd);
  EXPECT_THAT(std::string(input->status().message()), HasSubstr("cannot read `/proc/self/mem`: Input/output error"));
}

TEST(EventInputTest, WhatIsNotThereIsNotFound) {
  const auto input = EventInput::Open("no_such_file", [] { return false; });
  EXPECT_TRUE(absl::IsNotFound(input.status())) << input.status();
  EXPECT_THAT(std::string(input.status().message()), HasSubstr("cannot read `no_such_file`"));
}

}  // namespace
}  // namespace ebb
