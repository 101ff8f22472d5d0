#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/services.h"

namespace ebb::testing {

// Generates the four files of a synthetic shop into `folder`.
void GenerateShop(const Services& services, const std::string& folder, int customers);

// The shop's real four files where EBB_SHOP_DATA names their folder or ../shared/data/one_click beside the checkout
// holds them, else generated ones.
void CopyOrGenerateShop(const Services& services, const std::string& folder, int customers);

// Imports the four files of a folder and trains; fails the test with what the program said.
void ImportShop(const Services& services, const std::string& folder, const std::vector<std::string>& more = {});
void Train(const Services& services);

// `ebb score --all` as customer -> the line of csv without its first column.
std::map<std::string, std::string> AllScores(const Services& services);

// Sequence of the latest score of every customer.
std::map<std::string, int64_t> LatestSequences(const Services& services);

// The first columns of csv, header left out.
std::vector<std::vector<std::string>> ParseCsv(const std::string& text);

// The small search grid of the tests, as a trainer's flags: a training takes a second, under sanitizers too.
std::vector<std::string> SmallGridFlags();

}  // namespace ebb::testing
