// Pieces of HTML as text. What comes from data goes through EscapeHtml, and nothing else does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ebb {

// Text that is safe between tags and inside a quoted attribute, of HTML and of SVG. Control characters become spaces.
std::string EscapeHtml(std::string_view text);

// `<tag attributes>content</tag>`; the content is HTML already. `attributes` as they stand in the tag; may be empty.
std::string Element(std::string_view tag, std::string_view attributes, std::string_view content);

// A part of a page under its heading, which is text; nothing where there is no content.
std::string Section(const std::string& heading, const std::string& content);

// A table that scrolls sideways by itself where the screen is narrow.
class HtmlTable {
 public:
  // One cell: its text (escaped here), and whether it is a number, which stands on the right.
  struct Cell {
    std::string text;
    bool number = false;
    // A class of the style sheet; may be empty.
    std::string kind = {};
  };

  // Names of the columns, escaped here.
  explicit HtmlTable(std::vector<std::string> columns);
  void AddRow(std::vector<Cell> cells);
  bool empty() const { return rows_.empty(); }
  std::string Html() const;

 private:
  std::vector<std::string> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// Cells of a table.
HtmlTable::Cell WordCell(std::string text);
HtmlTable::Cell NumberCell(std::string text);

}  // namespace ebb
