#pragma once

#include <cstdint>

#include "trainer/search/search_space.h"

namespace ebb::trainer {

// `trials` different settings of each family that the space has, family by family, in the order drawn: one of the
// family's messages, then a value of each list or range, each as likely as the others. Numbers drawn from ranges have
// four significant digits, so that a report says exactly what was tried. Families whose lists hold no more than
// `trials` combinations give all of them; one that hardly holds more may give fewer. Equal arguments give equal
// settings on every machine, and a family's do not depend on the others.
Grid DrawSettings(const SearchSpace& space, int trials, uint64_t seed);

}  // namespace ebb::trainer
