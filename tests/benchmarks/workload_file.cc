#include "tests/benchmarks/workload_file.h"

#include <fcntl.h>
#include <google/protobuf/io/coded_stream.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace ebb::benchmarks {
namespace {

// In front of the bytes of each batch.
struct BatchHead {
  uint32_t bytes;
  uint32_t events;
};

[[noreturn]] void Fail(const std::string& path) {
  std::perror(path.c_str());
  std::abort();
}

void AppendBigEndian(uint64_t value, std::string& out) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

constexpr uint32_t LengthDelimited(int field) { return field << 3 | 2; }

// Calls take(tag, bytes) for the length-delimited fields of a message, in order.
template <typename Take>
void ForEachField(std::string_view message, const Take& take) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(message.data()),
                                            static_cast<int>(message.size()));
  while (const uint32_t tag = in.ReadTag()) {
    uint64_t number = 0;
    if ((tag & 7) == 0 ? !in.ReadVarint64(&number) : !in.ReadVarint64(&number) || (tag & 7) != 2) std::abort();
    if ((tag & 7) == 0) continue;
    take(tag, message.substr(in.CurrentPosition(), number));
    in.Skip(static_cast<int>(number));
  }
}

EventBytes ReadEvent(std::string_view bytes) {
  EventBytes event;
  event.value = bytes;
  std::string_view id;
  google::protobuf::Timestamp time;
  ForEachField(bytes, [&](uint32_t tag, std::string_view field) {
    if (tag == LengthDelimited(v1::Event::kCustomerIdFieldNumber)) event.customer = field;
    if (tag == LengthDelimited(v1::Event::kEventIdFieldNumber)) id = field;
    if (tag == LengthDelimited(v1::Event::kEventTimeFieldNumber)) {
      time.ParseFromArray(field.data(), static_cast<int>(field.size()));
    }
  });
  event.micros = time.seconds() * 1'000'000 + time.nanos() / 1'000;
  event.key = event.customer;
  AppendBigEndian(event.micros, event.key);
  event.key += id;
  return event;
}

}  // namespace

WorkloadFileWriter::WorkloadFileWriter(std::string path) : path_(std::move(path)) {
  file_ = std::fopen((path_ + ".tmp").c_str(), "wb");
  if (!file_) Fail(path_);
}

WorkloadFileWriter::~WorkloadFileWriter() {
  if (file_) std::fclose(file_);
}

void WorkloadFileWriter::Add(const v1::IngestRequest& batch) {
  const std::string bytes = batch.SerializeAsString();
  const BatchHead head{static_cast<uint32_t>(bytes.size()), static_cast<uint32_t>(batch.events_size())};
  if (std::fwrite(&head, sizeof(head), 1, file_) != 1 || std::fwrite(bytes.data(), bytes.size(), 1, file_) != 1) {
    Fail(path_);
  }
}

void WorkloadFileWriter::Finish() {
  if (std::fclose(std::exchange(file_, nullptr)) != 0) Fail(path_);
  if (std::rename((path_ + ".tmp").c_str(), path_.c_str()) != 0) Fail(path_);
}

WorkloadFile::WorkloadFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info {};
  if (fd < 0 || fstat(fd, &info) != 0) Fail(path);
  size_ = info.st_size;
  mapped_ = mmap(nullptr, size_, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (mapped_ == MAP_FAILED) Fail(path);
  close(fd);
  const char* at = static_cast<const char*>(mapped_);
  const char* const end = at + size_;
  while (at < end) {
    BatchHead head;
    std::memcpy(&head, at, sizeof(head));
    at += sizeof(head);
    batches_.push_back({{at, head.bytes}, static_cast<int>(head.events)});
    at += head.bytes;
  }
}

WorkloadFile::~WorkloadFile() { munmap(mapped_, size_); }

std::span<const WireBatch> WorkloadFile::batches(int64_t events) const {
  size_t count = 0;
  for (int64_t sum = 0; count < batches_.size() && sum + batches_[count].events <= events; ++count) {
    sum += batches_[count].events;
  }
  return std::span(batches_).first(count);
}

std::vector<EventBytes> SplitEvents(const WireBatch& batch) {
  std::vector<EventBytes> events;
  events.reserve(batch.events);
  ForEachField(batch.bytes, [&](uint32_t tag, std::string_view field) {
    if (tag == LengthDelimited(v1::IngestRequest::kEventsFieldNumber)) events.push_back(ReadEvent(field));
  });
  return events;
}

}  // namespace ebb::benchmarks
