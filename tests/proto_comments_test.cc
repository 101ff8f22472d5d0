// The contracts are as careful as headers: every message, field, enum, value, service and RPC says what it means, enum
// zeros are UNSPECIFIED, and no name is there twice.

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace ebb {
namespace {

namespace pb = google::protobuf;

template <typename Descriptor>
void ExpectComment(const Descriptor& descriptor, const std::string& what) {
  pb::SourceLocation location;
  ASSERT_TRUE(descriptor.GetSourceLocation(&location));
  EXPECT_FALSE(location.leading_comments.empty() && location.trailing_comments.empty())
      << descriptor.file()->name() << ":" << location.start_line + 1 << ": " << what << " has no comment";
}

void CheckEnum(const pb::EnumDescriptor& type) {
  ExpectComment(type, type.full_name());
  EXPECT_EQ(type.value(0)->number(), 0);
  EXPECT_TRUE(std::string(type.value(0)->name()).ends_with("UNSPECIFIED"))
      << type.full_name() << " does not begin with UNSPECIFIED";
  for (int i = 1; i < type.value_count(); ++i) ExpectComment(*type.value(i), type.value(i)->full_name());
}

void CheckMessage(const pb::Descriptor& message) {
  if (message.options().map_entry()) return;
  ExpectComment(message, message.full_name());
  for (int i = 0; i < message.field_count(); ++i) {
    const pb::FieldDescriptor& field = *message.field(i);
    // The members of a oneof may share the comment of the oneof.
    pb::SourceLocation oneof;
    if (field.real_containing_oneof() && field.real_containing_oneof()->GetSourceLocation(&oneof) &&
        !oneof.leading_comments.empty()) {
      continue;
    }
    ExpectComment(field, field.full_name());
  }
  for (int i = 0; i < message.nested_type_count(); ++i) CheckMessage(*message.nested_type(i));
  for (int i = 0; i < message.enum_type_count(); ++i) CheckEnum(*message.enum_type(i));
}

TEST(ProtoComments, StandOnEverything) {
  pb::FileDescriptorSet set;
  std::ifstream bytes(EBB_DESCRIPTOR_SET, std::ios::binary);
  ASSERT_TRUE(set.ParseFromIstream(&bytes)) << EBB_DESCRIPTOR_SET;
  pb::DescriptorPool pool;
  int files = 0;
  for (const pb::FileDescriptorProto& proto : set.file()) {
    const pb::FileDescriptor* file = pool.BuildFile(proto);
    ASSERT_NE(file, nullptr) << proto.name();
    if (!proto.name().starts_with("ebb/")) continue;
    ++files;
    for (int i = 0; i < file->message_type_count(); ++i) CheckMessage(*file->message_type(i));
    for (int i = 0; i < file->enum_type_count(); ++i) CheckEnum(*file->enum_type(i));
    for (int i = 0; i < file->service_count(); ++i) {
      ExpectComment(*file->service(i), file->service(i)->full_name());
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        ExpectComment(*file->service(i)->method(j), file->service(i)->method(j)->full_name());
      }
    }
  }
  EXPECT_GE(files, 7);
}

}  // namespace
}  // namespace ebb
