"""The shop's four files as the one table that both searches get: the model's 16 inputs, a customer a row, repaired as `ebb import` does it.

Customers without revenue in some month and the one whose revenue is a typing error are left out, as in a training: 1,296 rows remain of the
shop's 1,300. What the import finds by rules is named here, so that the table does not depend on what is measured."""

import csv

DECLINED = "Снизилась"
MONTHS = ["препредыдущий_месяц", "предыдущий_месяц", "текущий_месяц"]
REPAIRS = {"стандартт": "стандарт", "предыдцщий_месяц": "предыдущий_месяц"}
OUTLIER = 100_000  # of a month's revenue; the next largest is below 8,000
# Columns of market_file.csv behind id and label -> names; a category is one-hot encoded by both sides.
CATEGORIES = {"Тип сервиса": "tier", "Разрешить сообщать": "consent", "Популярная_категория": "favourite_category"}
NUMBERS = {
    "Маркет_актив_6_мес": "contacts_6_months", "Маркет_актив_тек_мес": "contacts_month", "Длительность": "tenure_days",
    "Акционные_покупки": "promo_share", "Средний_просмотр_категорий_за_визит": "categories_per_visit",
    "Неоплаченные_продукты_штук_квартал": "unpaid_items", "Ошибка_сервиса": "service_errors", "Страниц_за_визит": "pages_per_visit"}


def rows_of(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield {column.strip(): REPAIRS.get(value.strip(), value.strip()) for column, value in row.items()}


def by_month(path, column):
    """id -> month -> amount."""
    amounts = {}
    for row in rows_of(path):
        amounts.setdefault(row["id"], {})[row["Период"]] = float(row[column])
    return amounts


def read_table(folder, with_inactive=False):
    """(header, rows): label first, then the features; a category's column is called "category:…". `with_inactive`: the customers without revenue
    in some month too."""
    revenue = by_month(folder / "market_money.csv", "Выручка")
    minutes = by_month(folder / "market_time.csv", "минут")
    header = ["label", *(f"category:{name}" for name in CATEGORIES.values()), *NUMBERS.values(),
              "revenue_2_months_ago", "revenue_month_ago", "revenue_month", "minutes_month_ago", "minutes_month"]
    rows = []
    for row in rows_of(folder / "market_file.csv"):
        money = [revenue[row["id"]][month] for month in MONTHS]
        if (min(money) <= 0 and not with_inactive) or max(money) > OUTLIER:
            continue
        time = [minutes[row["id"]][month] for month in MONTHS[1:]]
        rows.append([int(row["Покупательская активность"] == DECLINED), *(row[column].replace(",", ";") for column in CATEGORIES),
                     *(float(row[column]) for column in NUMBERS), *money, *time])
    return header, rows
