// Every text of the report's page in both languages, in the order of the page.
#pragma once

#include "clients/cli/report/report_language.h"

namespace ebb::phrase {

// The head.
inline constexpr Phrase kTitle{"Who is about to buy less: model $0", "Кто скоро станет покупать меньше: модель $0"};
inline constexpr Phrase kChampion{"in use", "используется"};
inline constexpr Phrase kChallenger{"kept, not in use", "сохранена, не используется"};
inline constexpr Phrase kRetired{"was in use once", "раньше использовалась"};
inline constexpr Phrase kMade{"made on $0", "создана $0"};
inline constexpr Phrase kHorizon{"looks $0 ahead", "прогноз на $0 вперёд"};
inline constexpr Noun kMonths{"month", "months", "месяц", "месяца", "месяцев"};
inline constexpr Phrase kIntervals{
    "Figures in brackets and whiskers are 95% intervals. “Declined” is a customer whose purchases fell, “steady” any "
    "other.",
    "В скобках и на «усах» графиков — 95-процентные интервалы. «Спад» — клиент, чьи покупки сократились, «без "
    "спада» — любой другой."};

// Headings.
inline constexpr Phrase kInWords{"In plain words", "Главное простыми словами"};
inline constexpr Phrase kData{"The data", "Данные"};
inline constexpr Phrase kDecides{"What decides", "Что решает"};
inline constexpr Phrase kDoesNotMatter{"What does not matter", "Что не имеет значения"};
inline constexpr Phrase kTried{"What was tried as an input", "Что проверено как вход модели"};
inline constexpr Phrase kLevers{"What the shop can move", "На что магазин может повлиять"};
inline constexpr Phrase kWhatToOffer{"What to offer them", "Что им предложить"};
inline constexpr Phrase kTarget{"Whom to talk to first", "С кем говорить в первую очередь"};
inline constexpr Phrase kLimits{"Limits", "Ограничения"};
inline constexpr Phrase kCriteria{"Acceptance criteria", "Критерии приёмки"};
inline constexpr Phrase kFeaturesByOutcome{"Features by outcome", "Признаки и исход"};
inline constexpr Phrase kAssociations{"Features among each other", "Связь признаков между собой"};
inline constexpr Phrase kCandidates{"Models compared", "Сравнение моделей"};
inline constexpr Phrase kQuality{"How well it ranks", "Насколько хорошо модель ранжирует"};
inline constexpr Phrase kReliability{"Whether probabilities come true", "Сбываются ли вероятности"};
inline constexpr Phrase kConfusion{"Right and wrong calls at the risk threshold $0",
                                   "Верные и ошибочные решения при пороге риска $0"};
inline constexpr Phrase kImportance{"What the ranking rests on", "На чём держится ранжирование"};
inline constexpr Phrase kBeeswarm{"Single customers", "Отдельные клиенты"};
inline constexpr Phrase kProfitByRisk{"Profit and risk", "Прибыль и риск"};
inline constexpr Phrase kSegments{"Segments", "Сегменты"};
inline constexpr Phrase kMetrics{"Metrics", "Метрики"};
inline constexpr Phrase kRevenue{"Revenue told from the other features", "Выручка по остальным признакам"};
inline constexpr Phrase kNextMonthRevenue{"Forecast of next month's revenue", "Прогноз выручки следующего месяца"};
inline constexpr Phrase kInputTrials{"Numbers for the segments, tried as inputs",
                                     "Числа для сегментов, проверенные как входы модели"};
inline constexpr Phrase kThresholds{"Right and wrong calls over thresholds", "Решения при разных порогах"};
inline constexpr Phrase kGain{"Lift and gain", "Прирост и охват"};
inline constexpr Phrase kLearningCurve{"Learning curve", "Кривая обучения"};
inline constexpr Phrase kRepairs{"Repaired on import", "Исправлено при импорте"};
inline constexpr Phrase kFeatureTable{"Features", "Признаки"};
inline constexpr Phrase kLineage{"Where it comes from", "Происхождение модели"};

// What a reader has to know of a picture.
inline constexpr Phrase kAboutFeatures{
    "The strongest first. ROC-AUC of a single feature: 0.5 tells nothing, above it the declined have greater values, "
    "below "
    "it smaller ones. Cramér's V: 0 tells nothing, 1 everything.",
    "Сначала самые сильные. ROC-AUC одного признака: 0,5 не говорит ни о чём, больше — при спаде значения выше, меньше "
    "— "
    "ниже. V Крамера: 0 не говорит ни о чём, 1 — обо всём."};
inline constexpr Phrase kAboutImportance{
    "How much worse the model ranks when a feature's values are shuffled among customers, and how far the feature "
    "moves "
    "a customer's risk on average. Grey: not to be told from chance.",
    "Насколько хуже модель ранжирует, если перемешать значения признака между клиентами, и насколько признак в среднем "
    "сдвигает риск клиента. Серым — то, что не отличить от случайности."};
inline constexpr Phrase kAboutBeeswarm{
    "A dot is a customer. On the right the feature raises the risk, on the left it lowers it.",
    "Точка — один клиент. Справа признак повышает риск, слева — снижает."};

// Words of pictures and tables.
inline constexpr Phrase kDeclined{"declined", "спад"};
inline constexpr Phrase kSteady{"steady", "без спада"};
inline constexpr Phrase kRows{"rows", "строк"};
inline constexpr Phrase kShareDeclined{"share declined", "доля спада"};
inline constexpr Phrase kMedianDeclined{"median of the declined", "медиана при спаде"};
inline constexpr Phrase kMedianSteady{"median of the steady", "медиана без спада"};
inline constexpr Phrase kOfRows{"$0 of $1", "$0 из $1"};
inline constexpr Phrase kAssociationKey{"the darker, the closer: rising together",
                                        "чем темнее, тем теснее: растут вместе"};
inline constexpr Phrase kAssociationOpposite{"one rises, the other falls", "один растёт, другой падает"};
inline constexpr Phrase kCvMean{"cross-validated, mean ± deviation", "кросс-валидация, среднее ± отклонение"};
inline constexpr Phrase kHoldout{"hold-out", "отложенная выборка"};
inline constexpr Phrase kCrossValidated{"cross-validated", "кросс-валидация"};
inline constexpr Phrase kTraining{"rows learnt from", "обучающие строки"};
inline constexpr Phrase kFalsePositiveRate{"share of the steady called declined",
                                           "доля ложных тревог среди клиентов без спада"};
inline constexpr Phrase kTruePositiveRate{"share of the declined found", "доля найденных спадов"};
inline constexpr Phrase kPrecision{"share of the found that declined", "доля спадов среди найденных"};
inline constexpr Phrase kRocCurve{"ROC curve", "ROC-кривая"};
inline constexpr Phrase kPrecisionRecallCurve{"Precision and recall", "Точность и полнота"};
inline constexpr Phrase kChance{"drawn at random", "случайный выбор"};
inline constexpr Phrase kMeanProbability{"mean probability announced", "средняя обещанная вероятность"};
inline constexpr Phrase kShareThatDeclined{"share that declined", "доля, у которой был спад"};
inline constexpr Phrase kIdeal{"as announced", "как обещано"};
inline constexpr Phrase kCalledDeclined{"called at risk", "признан под риском"};
inline constexpr Phrase kCalledSteady{"left alone", "не тронут"};
inline constexpr Phrase kPermutation{"fall of ROC-AUC when shuffled", "падение ROC-AUC при перемешивании"};
inline constexpr Phrase kMeanShapley{"mean |φ| ($0)", "среднее |φ| ($0)"};
inline constexpr Phrase kByFeature{"By feature", "По признакам"};
inline constexpr Phrase kByGroup{"By group", "По группам"};
inline constexpr Phrase kContribution{"contribution to the risk ($0)", "вклад в риск ($0)"};
inline constexpr Phrase kLowValue{"low value", "малое значение"};
inline constexpr Phrase kHighValue{"high value", "большое значение"};
inline constexpr Phrase kNoRank{"category, or no value", "категория или нет значения"};
inline constexpr Phrase kProfit{"profit", "прибыль"};
inline constexpr Phrase kProbability{"probability of a decline", "вероятность спада"};
inline constexpr Phrase kThresholdLine{"risk threshold", "порог риска"};
inline constexpr Phrase kTierBounds{"bounds of the profit tiers", "границы уровней прибыли"};
inline constexpr Phrase kScatterCut{"Customers beyond the edge, drawn on it: $0.",
                                    "Клиентов за краем графика, показаны на его границе: $0."};
inline constexpr Phrase kSegmentName{"$0 profit, $1", "$0 прибыль, $1"};
inline constexpr Phrase kTierLow{"low", "низкая"};
inline constexpr Phrase kTierMiddle{"middle", "средняя"};
inline constexpr Phrase kTierHigh{"high", "высокая"};
inline constexpr Phrase kAtRisk{"at risk", "под риском"};
inline constexpr Phrase kNotAtRisk{"not at risk", "без риска"};
inline constexpr Phrase kRowsFitted{"rows fitted to", "строк для обучения"};

// Columns of tables.
inline constexpr Phrase kColumnMetric{"Metric", "Метрика"};
inline constexpr Phrase kColumnBound{"Asked", "Требуется"};
inline constexpr Phrase kAbove{"above $0", "выше $0"};
inline constexpr Phrase kBelow{"below $0", "ниже $0"};
inline constexpr Phrase kColumnMeasured{"Hold-out", "Отложенная выборка"};
inline constexpr Phrase kColumnRepeated{"Mean over splits (least–greatest)", "Среднее по разбиениям (мин.–макс.)"};
inline constexpr Phrase kColumnSplitsMet{"Splits met", "Выполнено разбиений"};
inline constexpr Phrase kColumnMet{"Met", "Выполнен"};
inline constexpr Phrase kMet{"met", "выполнен"};
inline constexpr Phrase kNotMet{"not met", "не выполнен"};
inline constexpr Phrase kCriteriaMet{"Criteria met: $0 of $1.", "Выполнено критериев: $0 из $1."};
inline constexpr Phrase kColumnCrossValidated{"Cross-validated", "Кросс-валидация"};
inline constexpr Phrase kColumnTraining{"Rows learnt from", "Обучающие строки"};
inline constexpr Phrase kColumnThreshold{"Threshold", "Порог"};
inline constexpr Phrase kColumnFound{"Declined, found", "Спад найден"};
inline constexpr Phrase kColumnMissed{"Declined, missed", "Спад пропущен"};
inline constexpr Phrase kColumnFalseAlarm{"Steady, alarmed", "Ложная тревога"};
inline constexpr Phrase kColumnLeftAlone{"Steady, left alone", "Верно не тронут"};
inline constexpr Phrase kColumnRecall{"Recall", "Полнота"};
inline constexpr Phrase kColumnPrecision{"Precision", "Точность"};
inline constexpr Phrase kColumnF1{"F1", "F1"};
inline constexpr Phrase kColumnAccuracy{"Accuracy", "Доля верных"};
inline constexpr Phrase kColumnHighestScores{"Highest scores", "Самые рискованные"};
inline constexpr Phrase kColumnGain{"Share of all declines among them", "Охват спадов"};
inline constexpr Phrase kColumnLift{"Times a random draw", "Во сколько раз лучше случайного"};
inline constexpr Phrase kColumnRows{"Rows", "Строк"};
inline constexpr Phrase kColumnFeature{"Feature", "Признак"};
inline constexpr Phrase kColumnSplits{"Splits", "Разбиений"};
inline constexpr Phrase kColumnAucWithout{"ROC-AUC without it", "ROC-AUC без него"};
inline constexpr Phrase kColumnAucWith{"ROC-AUC with it", "ROC-AUC с ним"};
inline constexpr Phrase kColumnDifference{"Difference", "Разница"};
inline constexpr Phrase kColumnSource{"Where", "Где"};
inline constexpr Phrase kColumnFault{"What", "Что"};
inline constexpr Phrase kColumnColumn{"Column", "Столбец"};
inline constexpr Phrase kColumnWritten{"Written", "Написано"};
inline constexpr Phrase kColumnTakenFor{"Taken for", "Прочитано как"};
inline constexpr Phrase kFaultLetterCase{"written differently", "другое написание"};
inline constexpr Phrase kFaultTypingError{"typing error", "опечатка"};
inline constexpr Phrase kFaultRepeatedRows{"repeated rows, counted once", "повторные строки, учтены один раз"};
inline constexpr Phrase kFaultUnmatchedRows{"rows of unknown customers, left out",
                                            "строки о неизвестных клиентах, не учтены"};
inline constexpr Phrase kColumnName{"Name", "Имя"};
inline constexpr Phrase kColumnGroup{"Group", "Группа"};
inline constexpr Phrase kColumnMissing{"Missing", "Пропусков"};
inline constexpr Phrase kColumnQuartilesDeclined{"Declined: quarter, median, three quarters",
                                                 "Спад: 25 %, медиана, 75 %"};
inline constexpr Phrase kColumnQuartilesSteady{"Steady: quarter, median, three quarters",
                                               "Без спада: 25 %, медиана, 75 %"};
inline constexpr Phrase kColumnRelation{"Relation to the decline", "Связь со спадом"};
inline constexpr Phrase kColumnRelevant{"Relevant", "Значима"};
inline constexpr Phrase kColumnRemark{"Remark", "Примечание"};
inline constexpr Phrase kYes{"yes", "да"};
inline constexpr Phrase kNo{"no", "нет"};
inline constexpr Phrase kSegmentsOnly{"for segments only", "только для сегментов"};
inline constexpr Phrase kLeftOutConstant{"left out: the same in every row",
                                         "не входит в модель: одинаков во всех строках"};
inline constexpr Phrase kLeftOutEmpty{"left out: no values", "не входит в модель: нет значений"};
inline constexpr Phrase kLeftOutNotCovered{"left out: the events do not reach back far enough",
                                           "не входит в модель: история событий коротка"};
inline constexpr Phrase kCramersV{"Cramér's V $0", "V Крамера $0"};
inline constexpr Phrase kColumnSegment{"Segment", "Сегмент"};
inline constexpr Phrase kColumnCustomers{"Customers", "Клиентов"};
inline constexpr Phrase kColumnShareDeclined{"Declined", "Спад"};
inline constexpr Phrase kColumnProfit{"Profit", "Прибыль"};
inline constexpr Phrase kColumnShareOfProfit{"Share of profit", "Доля прибыли"};
inline constexpr Phrase kColumnMeanProbability{"Mean probability", "Средняя вероятность"};
inline constexpr Phrase kColumnModel{"Model", "Модель"};
inline constexpr Phrase kColumnParameters{"Parameters", "Параметры"};
inline constexpr Phrase kColumnCvSmape{"SMAPE, %, cross-validated, mean ± deviation",
                                       "SMAPE, %, кросс-валидация, среднее ± отклонение"};
inline constexpr Phrase kColumnCvAbsoluteError{"Mean absolute error, cross-validated",
                                               "Средняя абсолютная ошибка, кросс-валидация"};
inline constexpr Phrase kRevenueTask{
    "A measure of the machinery, not a forecast: “$0” of the same rows from all other inputs; rows with a value: $1.",
    "Проверка самих методов, а не прогноз: «$0» тех же строк по всем остальным признакам; строк со значением: $1."};
inline constexpr Phrase kNextMonthTask{
    "Revenue of the calendar month after the as-of time, from all inputs; the best of these is served with the model "
    "as "
    "a score's expected revenue. Rows of which it is known: $0.",
    "Выручка календарного месяца после даты среза по всем признакам; лучшая из этих моделей работает вместе с основной "
    "и даёт ожидаемую выручку клиента. Строк, где она известна: $0."};
inline constexpr Phrase kNextMonthOlderStore{
    "The feature store does not tell next month's revenue: it is older than the trainer.",
    "Хранилище признаков не сообщает выручку следующего месяца: его версия старше, чем у тренера."};
inline constexpr Phrase kNextMonthUnknown{
    "Next month's revenue is not known of any row: the month after the as-of time has not passed, or the store's "
    "purchases do not reach back to it.",
    "Выручка следующего месяца не известна ни для одной строки: месяц после даты среза ещё не прошёл, или история "
    "покупок начинается позже."};
inline constexpr Phrase kNextMonthTooFew{
    "Next month's revenue is known of too few rows to be told.",
    "Выручка следующего месяца известна для слишком малого числа строк, поэтому прогноза нет."};
inline constexpr Phrase kRevenueHoldout{"On the hold-out, the best of them: SMAPE $0, mean absolute error $1.",
                                        "На отложенной выборке лучшая из них: SMAPE $0, средняя абсолютная ошибка $1."};

// Metrics.
inline constexpr Phrase kPrAuc{"PR-AUC", "PR-AUC"};
inline constexpr Phrase kRocAuc{"ROC-AUC", "ROC-AUC"};
inline constexpr Phrase kBrier{"Brier score", "оценка Брайера"};
inline constexpr Phrase kLogLoss{"log loss", "логарифмическая потеря"};
inline constexpr Phrase kCalibrationError{"calibration error", "ошибка калибровки"};
inline constexpr Phrase kF1{"F1", "F1"};
inline constexpr Phrase kRecall{"recall", "полнота"};
inline constexpr Phrase kPrecisionMetric{"precision", "точность"};
inline constexpr Phrase kAccuracy{"accuracy", "доля верных решений"};
inline constexpr Phrase kRevenueSmape{"error of this month's revenue, % (SMAPE)",
                                      "ошибка выручки за последний месяц, % (SMAPE)"};
inline constexpr Phrase kOnHoldout{"$0 on the hold-out", "$0 на отложенной выборке"};
inline constexpr Phrase kOnCrossValidated{"$0, cross-validated", "$0, кросс-валидация"};

// Groups of features and scales of contributions, as the message names them.
inline constexpr Phrase kCommunication{"communication", "общение с магазином"};
inline constexpr Phrase kProduct{"product", "предпочтения в товарах"};
inline constexpr Phrase kPurchase{"purchase", "покупки"};
inline constexpr Phrase kSite{"site", "поведение на сайте"};
inline constexpr Phrase kDecisionValue{"decision value", "значение решающей функции"};
inline constexpr Phrase kLogOdds{"log odds", "логарифм шансов"};
inline constexpr Phrase kShare{"share", "доля"};
inline constexpr Phrase kProbabilityScale{"probability", "вероятность"};

// Lineage.
inline constexpr Phrase kLineageVersion{"Ebb", "Ebb"};
inline constexpr Phrase kLineageData{"SHA-256 of the training table", "SHA-256 обучающей таблицы"};
inline constexpr Phrase kLineageModel{"SHA-256 of the model file", "SHA-256 файла модели"};
inline constexpr Phrase kLineageAsOf{"Customers as of", "Данные на дату"};
inline constexpr Phrase kLineageSeed{"Seed of all randomness", "Начальное значение генератора"};
inline constexpr Phrase kLineageLabel{"Label", "Разметка"};
inline constexpr Phrase kLabelImported{"imported", "загружена из файлов"};
inline constexpr Phrase kLineageProfit{"Profit feature", "Признак прибыли"};
inline constexpr Phrase kLineageFamily{"Model", "Модель"};
inline constexpr Phrase kLineageTraining{"Training", "Обучение"};
inline constexpr Phrase kLineageRows{"Rows: training, hold-out", "Строк: обучение, отложенная выборка"};

}  // namespace ebb::phrase
