// Every text of a segment's portrait in both languages.
#pragma once

#include "clients/cli/report/report_language.h"

namespace ebb::portrait {

inline constexpr Phrase kTitle{"Segment $0", "Сегмент $0"};
inline constexpr Noun kCustomers{"customer", "customers", "клиент", "клиента", "клиентов"};
inline constexpr Phrase kSize{"$0 of $1 are in it ($2).", "В нём $0 из $1 ($2)."};
inline constexpr Phrase kNobody{"Nobody is in it.", "В нём никого нет."};
inline constexpr Phrase kNobodyElse{"Everybody is in it: there is nobody to compare with.",
                                    "В нём все клиенты: сравнить не с кем."};
inline constexpr Phrase kNothingDiffers{"Nothing sets it apart from everybody else.",
                                        "От остальных клиентов он ничем не отличается."};
inline constexpr Phrase kHigher{"Higher than elsewhere – $0: $1 $2, others $3.",
                                "Выше, чем у остальных, — $0: $1 $2, у остальных $3."};
inline constexpr Phrase kLower{"Lower than elsewhere – $0: $1 $2, others $3.",
                               "Ниже, чем у остальных, — $0: $1 $2, у остальных $3."};
inline constexpr Phrase kMedian{"median", "медиана"};
inline constexpr Phrase kMean{"mean", "среднее"};
inline constexpr Phrase kMoreOften{"More often than elsewhere – $0: $1, $2, others $3.",
                                   "Чаще, чем у остальных, — $0: $1, $2, у остальных $3."};
inline constexpr Phrase kMissing{"not known", "не известно"};
inline constexpr Phrase kInSegment{"segment", "сегмент"};
inline constexpr Phrase kOthers{"others", "остальные"};
inline constexpr Phrase kInWords{"In plain words", "Главное простыми словами"};
inline constexpr Phrase kPictures{"Feature by feature", "По признакам"};
inline constexpr Phrase kAboutPictures{
    "The most different first. Bars are the middle half of the customers, dashes the median; of a category the share "
    "of customers.",
    "Сначала самые заметные отличия. Полосы — средняя половина клиентов, штрихи — медиана; для категорий — доля "
    "клиентов."};
inline constexpr Phrase kTable{"In figures", "В цифрах"};
inline constexpr Phrase kFeature{"feature", "признак"};
inline constexpr Phrase kDifference{"difference", "отличие"};
inline constexpr Phrase kLowerQuartile{"lower quartile", "нижний квартиль"};
inline constexpr Phrase kUpperQuartile{"upper quartile", "верхний квартиль"};
inline constexpr Phrase kGroup{"customers", "клиенты"};
inline constexpr Phrase kShare{"share of customers", "доля клиентов"};
inline constexpr Phrase kProbability{"probability of decline", "вероятность спада"};
inline constexpr Phrase kMonthlyProfit{"profit a month, mean of three months",
                                       "прибыль в месяц, среднее за три месяца"};
inline constexpr Phrase kValueAtRisk{"value at risk: probability × monthly profit",
                                     "прибыль под риском: вероятность × прибыль в месяц"};

}  // namespace ebb::portrait
