#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ebb/v1/segment.pb.h"

namespace ebb::scorer {

// At most so many segments are declared: a customer's are the bits of one number.
inline constexpr size_t kMostSegments = 64;

// The declared segments and risk bands, read and checked. A segment's index is its bit. Immutable, so threads may share
// one.
class SegmentCatalogue {
 public:
  // Declares nothing: no segments, the model's own threshold.
  SegmentCatalogue() = default;

  // `text` is a protobuf text file of ebb.v1.SegmentDeclarations. INVALID_ARGUMENT lists every mistake, one a line, as
  // `FILE:LINE:COLUMN: segment `NAME`: rule`.
  static absl::StatusOr<SegmentCatalogue> Parse(std::string_view text, std::string_view file_name);

  const v1::SegmentDeclarations& declarations() const { return declarations_; }
  const std::vector<std::string>& names() const { return names_; }
  size_t size() const { return names_.size(); }
  std::optional<size_t> IndexOf(std::string_view name) const;
  // NOT_FOUND names the segments that there are.
  absl::StatusOr<size_t> Find(std::string_view name) const;

  // SHA-256 of the declarations' meaning, lower-case hexadecimal: comments and layout do not change it, a description
  // does.
  const std::string& digest() const { return digest_; }

 private:
  v1::SegmentDeclarations declarations_;
  std::vector<std::string> names_;
  std::string digest_;
};

// The segments of the shop that ebb was made for: deploy/segments.textproto, built into the program.
std::string_view DefaultSegmentsText();

// What `path` declares; empty: the default segments. NOT_FOUND: there is no such file; errors of Parse.
absl::StatusOr<std::shared_ptr<const SegmentCatalogue>> LoadSegments(const std::string& path);

}  // namespace ebb::scorer
