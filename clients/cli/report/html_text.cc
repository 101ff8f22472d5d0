#include "clients/cli/report/html_text.h"

#include <algorithm>
#include <utility>

namespace ebb {

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default: {
        const auto code = static_cast<unsigned char>(c);
        escaped += code < 0x20 || code == 0x7F ? ' ' : c;
      }
    }
  }
  return escaped;
}

std::string Element(std::string_view tag, std::string_view attributes, std::string_view content) {
  std::string html = "<";
  html += tag;
  if (!attributes.empty()) html += ' ';
  html += attributes;
  html += '>';
  html += content;
  html += "</";
  html += tag;
  html += '>';
  return html;
}

std::string Section(const std::string& heading, const std::string& content) {
  if (content.empty()) return "";
  return Element("section", "", Element("h2", "", EscapeHtml(heading)) + "\n" + content) + "\n";
}

HtmlTable::HtmlTable(std::vector<std::string> columns) : columns_(std::move(columns)) {}

void HtmlTable::AddRow(std::vector<Cell> cells) {
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::string HtmlTable::Html() const {
  std::string head;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const bool number = !rows_.empty() && std::all_of(rows_.begin(), rows_.end(),
                                                      [i](const std::vector<Cell>& row) { return row[i].number; });
    head += Element("th", number ? "class=\"number\"" : "", EscapeHtml(columns_[i]));
  }
  std::string body;
  for (const std::vector<Cell>& row : rows_) {
    std::string line;
    for (const Cell& cell : row) {
      std::string kind = cell.number ? "number" : "";
      if (!cell.kind.empty()) kind += (kind.empty() ? "" : " ") + cell.kind;
      line += Element("td", kind.empty() ? "" : "class=\"" + kind + "\"", EscapeHtml(cell.text));
    }
    body += Element("tr", "", line) + "\n";
  }
  return Element(
             "div", "class=\"scroll\"",
             Element("table", "", Element("thead", "", Element("tr", "", head)) + "\n" + Element("tbody", "", body))) +
         "\n";
}

HtmlTable::Cell WordCell(std::string text) { return {std::move(text), false}; }
HtmlTable::Cell NumberCell(std::string text) { return {std::move(text), true}; }

}  // namespace ebb
