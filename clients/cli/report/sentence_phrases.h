// The sentences of report_sentences.cc in both languages.
#pragma once

#include "clients/cli/report/report_language.h"

namespace ebb::phrase {

// After a number, and after "in", "из" or "в" and a number.
inline constexpr Noun kRowNoun{"row", "rows", "строка", "строки", "строк"};
inline constexpr Noun kCustomerNoun{"customer", "customers", "клиент", "клиента", "клиентов"};
inline constexpr Noun kInRows{"row", "rows", "строке", "строках", "строках"};
inline constexpr Noun kOfRowsNoun{"row", "rows", "строки", "строк", "строк"};

// The data.
inline constexpr Phrase kRead{"The model was made from $0, of which $1 ($2) declined.",
                              "В данных для модели $0, из них со спадом — $1 ($2)."};
inline constexpr Phrase kLeftOut{"Left out of training: $0 ($1).", "Не вошло в обучение: $0 ($1)."};
inline constexpr Phrase kUnlabelled{"no label", "нет метки"};
inline constexpr Phrase kLabelNotMature{"the outcome is not known yet", "исход ещё не известен"};
inline constexpr Phrase kNotActive{"the customer was not active", "клиент не был активен"};
inline constexpr Phrase kNoRevenueInAMonth{"a month without revenue", "был месяц без выручки"};
inline constexpr Phrase kRevenueOutlier{"revenue far outside the usual", "выручка далеко за обычными пределами"};
inline constexpr Phrase kTypingError{"In $0 $1 said $2 for $3; taken as that.",
                                     "В $0 в $1 вместо $3 написано $2; прочитано как $3."};
inline constexpr Phrase kLetterCase{"In $0 $1 wrote $3 as $2; taken as that.",
                                    "В $0 в $1 $3 написано как $2; прочитано как $3."};
inline constexpr Phrase kRepeatedRows{"Rows of $0 that say again what another one says: $1; counted once.",
                                      "Строк в $0, повторяющих другие: $1; каждая учтена один раз."};
inline constexpr Phrase kUnmatchedRows{"Rows of $0 whose customers the list of customers does not name: $1; left out.",
                                       "Строк в $0 о клиентах, которых нет в списке клиентов: $1; они не учтены."};
inline constexpr Phrase kMoreRepairs{"Further repairs: $0, in $1.", "Других исправлений: $0, в $1."};
inline constexpr Phrase kConstant{"$0 is the same in every row; the model does not see it.",
                                  "Признак $0 одинаков во всех строках, модель его не видит."};
inline constexpr Phrase kEmpty{"$0 has no values; the model does not see it.",
                               "У признака $0 нет ни одного значения, модель его не видит."};
inline constexpr Phrase kNotCovered{"$0 needs a longer history of events than there is yet; the model does not see it.",
                                    "Для признака $0 пока не хватает истории событий, модель его не видит."};
inline constexpr Phrase kMissing{"$0 is missing in $1.", "Признак $0 не заполнен в $1."};
inline constexpr Phrase kOutliers{"$0 lies far outside the usual range in $1.",
                                  "Признак $0 далеко выходит за обычные пределы в $1."};
inline constexpr Phrase kNearDuplicate{"$0 and $1 say nearly the same (association $2).",
                                       "Признаки $0 и $1 говорят почти об одном и том же (связь $2)."};
inline constexpr Phrase kLeaking{
    "$0 alone ranks customers with ROC-AUC $1: it may have been written after the outcome was known.",
    "Признак $0 сам по себе ранжирует клиентов с ROC-AUC $1: возможно, он записан, когда исход был уже известен."};
inline constexpr Phrase kDuplicateRows{"Rows that equal another one in every feature: $0.",
                                       "Строк, совпадающих с другой строкой во всех признаках: $0."};
inline constexpr Phrase kImbalance{"Only $0 of the rows have the rarer of the two outcomes.",
                                   "Более редкий из двух исходов — лишь у $0 строк."};
inline constexpr Phrase kNothingFound{"The data check found nothing to remark on.",
                                      "Проверка данных замечаний не выявила."};

// What decides.
inline constexpr Phrase kRising{"The higher $0, the likelier the decline (shuffling it costs $1 of ROC-AUC).",
                                "Чем больше $0, тем вероятнее спад (если перемешать значения, ROC-AUC падает на $1)."};
inline constexpr Phrase kFalling{"The lower $0, the likelier the decline (shuffling it costs $1 of ROC-AUC).",
                                 "Чем меньше $0, тем вероятнее спад (если перемешать значения, ROC-AUC падает на $1)."};
inline constexpr Phrase kNoDirection{
    "$0 decides, too, but not in one direction (shuffling it costs $1 of ROC-AUC).",
    "Признак $0 тоже важен, но связан со спадом не в одну сторону (если перемешать значения, ROC-AUC падает на $1)."};
inline constexpr Phrase kByValue{
    "$0 decides by its value: at $1 $2 declined (shuffling it costs $3 of ROC-AUC).",
    "Признак $0 важен своим значением: при $1 спад у $2 (если перемешать значения, ROC-AUC падает на $3)."};
inline constexpr Phrase kNothingDecides{"No single feature has a weight that can be told from chance.",
                                        "Ни у одного признака вес не отличим от случайности."};
inline constexpr Phrase kNoWeight{"No weight that can be told from chance: $0.",
                                  "Вес, не отличимый от случайности: $0."};

// Tried as inputs.
inline constexpr Phrase kWouldAdd{
    "The model does not read $0, but would rank better if it did: over $1 ROC-AUC is $2 with it and $3 without, a "
    "difference of $4 (95% interval from $5 to $6). `role: INPUT_AND_SEGMENT` in the declarations makes it an input.",
    "Модель не читает признак $0, а с ним ранжировала бы лучше: на $1 ROC-AUC равен $2 с ним и $3 без него, разница — "
    "$4 (95-процентный интервал от $5 до $6). Входом модели его делает `role: INPUT_AND_SEGMENT` в объявлениях."};
inline constexpr Phrase kWouldAddNothing{
    "The model does not read $0, and nothing tells that it should: over $1 ROC-AUC is $2 with it and $3 without, a "
    "difference of $4 (95% interval from $5 to $6).",
    "Модель не читает признак $0, и ничто не говорит о том, что он ей нужен: на $1 ROC-AUC равен $2 с ним и $3 без "
    "него, разница — $4 (95-процентный интервал от $5 до $6)."};
inline constexpr Phrase kWouldHarm{
    "The model does not read $0, and would rank worse if it did: over $1 ROC-AUC is $2 with it and $3 without, a "
    "difference of $4 (95% interval from $5 to $6).",
    "Модель не читает признак $0, а с ним ранжировала бы хуже: на $1 ROC-AUC равен $2 с ним и $3 без него, разница — "
    "$4 (95-процентный интервал от $5 до $6)."};

// Levers.
inline constexpr Phrase kLeverRising{
    "The shop can influence $0: the model sees less risk where it is lower.",
    "Магазин может влиять на признак $0: чем меньше значение, тем ниже риск по модели."};
inline constexpr Phrase kLeverFalling{
    "The shop can influence $0: the model sees less risk where it is higher.",
    "Магазин может влиять на признак $0: чем больше значение, тем ниже риск по модели."};
inline constexpr Phrase kLeverNoDirection{
    "The shop can influence $0; no single direction lowers the risk.",
    "Магазин может влиять на признак $0; одного направления, снижающего риск, нет."};
inline constexpr Phrase kLeverCaution{"Whether changing these lowers the risk, only an experiment can tell.",
                                      "Снизит ли их изменение риск на самом деле, покажет только эксперимент."};
inline constexpr Phrase kNoLever{
    "None of the features that the shop can influence has a weight that can be told from chance.",
    "Ни у одного из признаков, на которые магазин может влиять, вес не отличим от случайности."};

// The target segment.
inline constexpr Phrase kRecommendedOffer{
    "$0 ($1): expected to save $2 of what is at risk, that is at most $3 a month for the $4 at risk, at a cost of $5 "
    "each time it is given.",
    "$0 ($1): по оценке сохранит $2 прибыли под риском, то есть не больше $3 в месяц на $4 клиентов в зоне риска; "
    "каждая "
    "выдача стоит $5."};
inline constexpr Phrase kOffersAreGuesses{
    "What offers save are the shop's own guesses until `ebb uplift` has measured them against customers who got none.",
    "Сколько сохраняют предложения — оценки магазина, пока `ebb uplift` не измерит их на клиентах без предложений."};
inline constexpr Phrase kTargetSegment{
    "Middle profit and at risk (probability above $0): $1 ($2 of all), with a profit of $3$4.",
    "Средняя прибыль и риск (вероятность выше $0): $1 ($2 всех), их прибыль — $3$4."};
inline constexpr Phrase kTargetShareOfProfit{", $0 of all profit", ", это $0 всей прибыли"};
inline constexpr Phrase kTargetDeclined{"Of them $0 declined; the model announced $1 on average.",
                                        "Спад случился у $0 из них; модель обещала в среднем $1."};
inline constexpr Phrase kTargetEmpty{"Nobody of middle profit is at risk (probability above $0).",
                                     "Среди клиентов со средней прибылью под риском (вероятность выше $0) нет никого."};

// Limits.
inline constexpr Phrase kHoldoutInterval{
    "On the hold-out of $0 ROC-AUC is $1; its 95% interval goes from $2 to $3, so differences smaller than that say "
    "nothing.",
    "На отложенной выборке из $0 ROC-AUC равен $1; его 95-процентный интервал — от $2 до $3, и меньшие различия ничего "
    "не значат."};
inline constexpr Phrase kCalibrationOff{
    "Announced probabilities miss the actual share of declines by $0 percentage points on average.",
    "Обещанные вероятности отличаются от действительной доли спада в среднем на $0 п. п."};
inline constexpr Phrase kHeldOutLatest{
    "Held out: the latest as-of dates, from $0 on ($1). Purged, because their outcome was not known by then: $2.",
    "Отложены последние даты, начиная с $0 ($1). Исключено, потому что исход к этой дате ещё не был известен: $2."};
inline constexpr Phrase kHeldOutCustomers{"Held out: a share of the customers, with all of their rows ($0).",
                                          "Отложена часть клиентов со всеми их строками ($0)."};
inline constexpr Phrase kGap{
    "ROC-AUC is $0 on the rows the model learnt from and $1 on the hold-out: the difference of $2 is learnt by heart.",
    "ROC-AUC равен $0 на обучающих строках и $1 на отложенных: разницу в $2 модель просто заучила."};
inline constexpr Phrase kNoGap{
    "ROC-AUC is $0 on the rows the model learnt from and $1 on the hold-out: hardly anything is learnt by heart.",
    "ROC-AUC равен $0 на обучающих строках и $1 на отложенных: модель почти ничего не заучила."};
// After "in", and after «на».
inline constexpr Noun kOnSplits{"split", "splits", "разбиении", "разбиениях", "разбиениях"};
inline constexpr Phrase kComparedOnSplits{
    "The recipes of this model and of model $1, the champion of that time, were fitted anew in the same $0: ROC-AUC is "
    "$2 against $3, a difference of $4 (95% interval from $5 to $6).",
    "Рецепты этой модели и модели $1, которая работала до неё, заново обучены на одних и тех же $0: ROC-AUC равен $2 "
    "против $3, разница — $4 (95-процентный интервал от $5 до $6)."};
inline constexpr Phrase kComparedOnHoldout{
    "With model $0, the champion of that time, it was compared on the hold-out alone: ROC-AUC is $1 against $2.",
    "С моделью $0, которая работала до неё, она сравнивалась только на отложенной выборке: ROC-AUC равен $1 против "
    "$2."};
inline constexpr Phrase kNotWorse{
    "The difference is not below minus one standard error ($0), so it became the champion.",
    "Разница не ниже минус одной стандартной ошибки ($0), поэтому новая модель заменила прежнюю."};
inline constexpr Phrase kWorse{"The difference is below minus one standard error ($0), so the champion stayed.",
                               "Разница ниже минус одной стандартной ошибки ($0), поэтому осталась прежняя модель."};
inline constexpr Phrase kNotWorseOnHoldout{"It is not worse there and became the champion.",
                                           "Она там не хуже и заменила прежнюю."};
inline constexpr Phrase kWorseOnHoldout{"It is worse there, so the champion stayed.",
                                        "Она там хуже, поэтому осталась прежняя модель."};
inline constexpr Phrase kPromotionNotAsked{"As was asked, the champion stayed whatever the difference.",
                                           "Прежняя модель осталась независимо от разницы: так было задано."};
inline constexpr Phrase kChampionFlattered{
    "The champion was compared on rows that it had been fitted to, which flatters the champion.",
    "Прежняя модель сравнивалась на строках, на которых её обучали, и потому выглядит лучше, чем есть."};

}  // namespace ebb::phrase
