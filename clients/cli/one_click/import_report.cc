#include "clients/cli/one_click/import_report.h"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

#include "clients/cli/one_click/cell_error.h"

namespace ebb::one_click {
namespace {

std::string_view MarkName(std::optional<char> mark) {
  return !mark.has_value() ? "none" : *mark == '.' ? "point" : "comma";
}

std::string_view RepairName(RepairKind kind) { return kind == RepairKind::kTypo ? "typing_error" : "letter_case"; }

// Collects the text section by section.
class TextReport {
 public:
  explicit TextReport(const ImportReport& report) : report_(report) {}

  std::string Write() {
    Files();
    Duplicates();
    Repairs();
    Gaps();
    Outliers();
    Training();
    Sent();
    return text_;
  }

 private:
  template <typename... Args>
  void Line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    text_ += '\n';
  }

  void Files() {
    Line("Files");
    for (const FileReport& f : report_.files) {
      Line("  {:<20} {:>9} rows   separator {}, decimal mark {}, line ends {}{}", Shown(f.file), f.rows,
           SeparatorName(f.dialect.separator), MarkName(f.decimal_mark), LineEndsName(f.dialect.line_ends),
           f.dialect.byte_order_mark ? ", byte-order mark" : "");
      if (f.blank_lines > 0) Line("  {:<20} {:>9} blank lines, skipped", "", f.blank_lines);
      if (f.trimmed_cells > 0) Line("  {:<20} {:>9} values with spaces around them, trimmed", "", f.trimmed_cells);
      if (f.unmatched_rows > 0) {
        Line("  {:<20} {:>9} rows of customers that {} does not name, left out", "", f.unmatched_rows,
             Shown(report_.files[0].file));
      }
    }
    Line("  {:<20} {:>9} customers", "joined", report_.customers);
  }

  void Duplicates() {
    int64_t identical = 0;
    int64_t same_key = 0;
    for (const FileReport& f : report_.files) identical += f.repeated.identical, same_key += f.repeated.same_key;
    Line("Duplicates");
    Line("  identical rows                          {:>6}   counted once", identical);
    Line("  same id, or id and period, twice        {:>6}   same content, counted once", same_key);
    Line("  equal in all but id, {:<18} {:>6}   kept", Shown(report_.files[0].file),
         report_.equal_but_for_customer_in_market_file);
    Line("  equal in all but id, after joining      {:>6}   kept", report_.equal_but_for_customer_joined);
  }

  void Repairs() {
    Line("Repaired words{}", report_.repairs.empty() ? ": none" : "");
    for (const Repair& r : report_.repairs) {
      Line("  {}, column {}: {} → {}   {} rows, first in line {} ({})", Shown(r.file), Shown(r.column), Shown(r.from),
           r.to, r.rows, r.first_line, r.kind == RepairKind::kTypo ? "typing error" : "case or spaces");
    }
  }

  void Gaps() {
    Line("Gaps{}", report_.check.customers_with_gaps == 0 ? ": none" : "");
    if (report_.check.customers_with_gaps == 0) return;
    for (size_t feature = 0; feature < kFeatureNames.size(); ++feature) {
      if (report_.check.gaps[feature] > 0)
        Line("  {:<34} {:>9} customers", kFeatureNames[feature], report_.check.gaps[feature]);
    }
    Line("  {:<34} {:>9} customers", "any of them", report_.check.customers_with_gaps);
  }

  void Outliers() {
    Line("Outliers (farther than {:g} × 1.4826 × median absolute deviation from the median){}", kOutlierDistance,
         report_.check.outliers.empty() ? ": none" : "");
    for (const Outlier& o : report_.check.outliers) {
      Line("  {}, line {}: customer {}, {} = {}   median {:g}, deviation {:.4g}, next largest {}", Shown(o.file),
           o.line, Shown(o.customer_id), o.feature, o.value, o.median, o.deviation, o.largest_ordinary);
    }
  }

  void Training() {
    const DataCheck& check = report_.check;
    Line("Training");
    Line("  declined {}, steady {}, unlabelled {} (scored, not trained on)", check.declined, check.steady,
         check.unlabelled);
    for (const auto& [reason, customers] : check.exclusions)
      Line("  excluded: {:<24} {:>6} (still scored)", reason, customers);
    Line("  to train on {:>30}", check.trainable);
  }

  void Sent() {
    Line("Import");
    Line("  snapshot {}", report_.snapshot_id);
    if (!report_.sent.has_value()) {
      Line("  not sent");
    } else if (report_.sent->already_imported) {
      Line("  already imported: nothing changed");
    } else {
      Line("  {} customers imported as of {}", report_.sent->customers, report_.sent->as_of);
    }
  }

  const ImportReport& report_;
  std::string text_;
};

using Json = nlohmann::ordered_json;

Json FileAsJson(const FileReport& f) {
  return {{"file", f.file},
          {"table", f.table},
          {"rows", f.rows},
          {"separator", SeparatorName(f.dialect.separator)},
          {"decimal_mark", MarkName(f.decimal_mark)},
          {"byte_order_mark", f.dialect.byte_order_mark},
          {"line_ends", LineEndsName(f.dialect.line_ends)},
          {"blank_lines", f.blank_lines},
          {"trimmed_cells", f.trimmed_cells},
          {"identical_rows", f.repeated.identical},
          {"same_key_rows", f.repeated.same_key},
          {"unmatched_rows", f.unmatched_rows}};
}

Json DuplicatesAsJson(const ImportReport& report) {
  Json json = {{"identical_rows", 0}, {"same_key_rows", 0}};
  for (const FileReport& f : report.files) {
    json["identical_rows"] = json["identical_rows"].get<int64_t>() + f.repeated.identical;
    json["same_key_rows"] = json["same_key_rows"].get<int64_t>() + f.repeated.same_key;
  }
  json["equal_but_id_in_market_file"] = report.equal_but_for_customer_in_market_file;
  json["equal_but_id_joined"] = report.equal_but_for_customer_joined;
  return json;
}

Json RepairsAsJson(const ImportReport& report) {
  Json json = Json::array();
  for (const Repair& r : report.repairs) {
    json.push_back({{"file", r.file},
                    {"column", r.column},
                    {"from", r.from},
                    {"to", r.to},
                    {"kind", RepairName(r.kind)},
                    {"rows", r.rows},
                    {"first_line", r.first_line}});
  }
  return json;
}

Json GapsAsJson(const DataCheck& check) {
  Json features = Json::object();
  for (size_t feature = 0; feature < kFeatureNames.size(); ++feature) {
    if (check.gaps[feature] > 0) features[std::string(kFeatureNames[feature])] = check.gaps[feature];
  }
  return {{"customers", check.customers_with_gaps}, {"features", features}};
}

Json OutliersAsJson(const DataCheck& check) {
  Json json = Json::array();
  for (const Outlier& o : check.outliers) {
    json.push_back({{"customer_id", o.customer_id},
                    {"feature", o.feature},
                    {"value", o.value},
                    {"file", o.file},
                    {"line", o.line},
                    {"median", o.median},
                    {"deviation", o.deviation},
                    {"next_largest", o.largest_ordinary}});
  }
  return json;
}

}  // namespace

ImportReport MakeReport(const ShopTables& tables, const JoinedShop& shop, const DataCheck& check,
                        const std::string& snapshot_id) {
  ImportReport report;
  const auto all = tables.All();
  for (size_t i = 0; i < all.size(); ++i) {
    const ShopTable& t = *all[i];
    report.files[i] = {t.file,        std::string(t.spec->name), t.rows,     t.dialect,        t.decimal_mark,
                       t.blank_lines, t.trimmed_cells,           t.repeated, shop.unmatched[i]};
    report.repairs.insert(report.repairs.end(), t.repairs.begin(), t.repairs.end());
  }
  report.customers = static_cast<int64_t>(shop.customers.size());
  report.equal_but_for_customer_in_market_file = CountEqualButForCustomer(tables.market_file);
  report.equal_but_for_customer_joined = CountEqualButForCustomer(shop);
  report.check = check;
  report.snapshot_id = snapshot_id;
  return report;
}

std::string ReportAsText(const ImportReport& report) { return TextReport(report).Write(); }

std::string ReportAsJson(const ImportReport& report) {
  Json json = {
      {"files", Json::array()},
      {"customers", report.customers},
      {"duplicates", DuplicatesAsJson(report)},
      {"repairs", RepairsAsJson(report)},
      {"gaps", GapsAsJson(report.check)},
      {"outliers", OutliersAsJson(report.check)},
      {"labels",
       {{"declined", report.check.declined}, {"steady", report.check.steady}, {"unlabelled", report.check.unlabelled}}},
      {"training_exclusions", report.check.exclusions},
      {"trainable", report.check.trainable},
      {"snapshot_id", report.snapshot_id},
      {"import", nullptr}};
  for (const FileReport& f : report.files) json["files"].push_back(FileAsJson(f));
  if (report.sent.has_value()) {
    json["import"] = {{"customers", report.sent->customers},
                      {"already_imported", report.sent->already_imported},
                      {"as_of", report.sent->as_of}};
  }
  return json.dump(2) + '\n';
}

}  // namespace ebb::one_click
