// Every text of the report of unpaid baskets in both languages.
#pragma once

#include "clients/cli/report/report_language.h"

namespace ebb::baskets {

inline constexpr Phrase kTitle{"Unpaid baskets", "Неоплаченные корзины"};
inline constexpr Phrase kAsOf{"As of $0, over $1.", "По состоянию на $0, за $1."};
inline constexpr Noun kWeeks{"week", "weeks", "неделю", "недели", "недель"};
inline constexpr Noun kCustomers{"customer", "customers", "клиент", "клиента", "клиентов"};
inline constexpr Noun kPieces{"piece", "pieces", "товар", "товара", "товаров"};
inline constexpr Phrase kNothing{"Nothing is left unpaid.", "Неоплаченных товаров нет."};
inline constexpr Phrase kSize{"Left unpaid: $0. That concerns $1 of $2 active ones ($3).",
                              "Не оплачено: $0. Это касается: $1 из $2 активных ($3)."};
inline constexpr Phrase kRose{
    "In the last whole week (from $0) the share of customers affected rose from $1 to $2.",
    "За последнюю полную неделю (с $0) доля клиентов с неоплаченными товарами выросла с $1 до $2."};
inline constexpr Phrase kFell{
    "In the last whole week (from $0) the share of customers affected fell from $1 to $2.",
    "За последнюю полную неделю (с $0) доля клиентов с неоплаченными товарами снизилась с $1 до $2."};
inline constexpr Phrase kSame{"In the last whole week (from $0) the share of customers affected stayed at $1.",
                              "За последнюю полную неделю (с $0) доля клиентов с неоплаченными товарами — $1, как и "
                              "неделей раньше."};
inline constexpr Phrase kMostCategory{"Most of it in one category: $0, $1 ($2).",
                                      "Больше всего в одной категории: $0, $1 ($2)."};
inline constexpr Phrase kErrors{
    "$0 of the pieces were put in during visits in which the site failed: look at those errors first.",
    "$0 товаров положили в корзину во время визитов со сбоями сайта: начните с этих сбоев."};
inline constexpr Phrase kNoErrors{"None was put in during a visit in which the site failed.",
                                  "Во время визитов со сбоями сайта в корзину не положили ничего из этого."};
inline constexpr Phrase kInWords{"In plain words", "Главное простыми словами"};
inline constexpr Phrase kByWeek{"Week by week", "По неделям"};
inline constexpr Phrase kAffectedShare{"share of active customers affected", "доля активных клиентов с неоплаченным"};
inline constexpr Phrase kShareAxis{"share of customers", "доля клиентов"};
inline constexpr Phrase kUnpaidPieces{"unpaid pieces", "неоплаченные товары"};
inline constexpr Phrase kWeekOf{"week of", "неделя с"};
inline constexpr Phrase kRunning{"The last week is still running.", "Последняя неделя ещё идёт."};
inline constexpr Phrase kWhat{"What is left", "Что остаётся в корзинах"};
inline constexpr Phrase kCategories{"by category", "по категориям"};
inline constexpr Phrase kPrices{"by price of a piece, in minor units (such as cents)",
                                "по цене за штуку, в минимальных единицах валюты (копейках)"};
inline constexpr Phrase kPromotion{"by promotion", "по акциям"};
inline constexpr Phrase kOnPromotion{"on promotion", "по акции"};
inline constexpr Phrase kFullPrice{"full price", "без акции"};
inline constexpr Phrase kTiers{"by service tier of the customer", "по уровню сервиса клиента"};
inline constexpr Phrase kByErrors{"by service errors of the visit", "по числу сбоев сайта за визит"};
inline constexpr Phrase kUnknown{"not known", "не известно"};
inline constexpr Phrase kOthersTogether{"the others", "остальные"};
inline constexpr Phrase kBelow{"below $0", "меньше $0"};
inline constexpr Phrase kFrom{"from $0", "от $0"};
inline constexpr Phrase kInFigures{"In figures", "В цифрах"};
inline constexpr Phrase kActive{"active customers", "активных клиентов"};
inline constexpr Phrase kAffected{"of them affected", "из них с неоплаченным"};
inline constexpr Phrase kChange{"change of the share", "изменение доли"};

}  // namespace ebb::baskets
