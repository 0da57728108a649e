// CSV from offices.

#include "document/csv.h"

#include "fuzz/fuzz.h"

namespace warifu::fuzz {
namespace {

void one(std::string_view input) {
  const auto table = document::read_csv(input);
  if (!table) return;
  for (const document::CsvRow& row : table->rows) hold(row.size() == table->header.size());
  // Written once, cells may have got their guard; from then on nothing changes. A guard is a character more, which the bound of a cell may refuse.
  const std::string written = document::write_csv(table->header, table->rows);
  document::CsvLimits bounds;
  bounds.bytes_max *= 4;
  bounds.cell_characters_max += 1;
  const auto again = document::read_csv(written, bounds);
  hold(again.has_value() && again->rows.size() == table->rows.size());
  hold(document::write_csv(again->header, again->rows) == written);
}

std::vector<std::string> seeds() {
  return {"a,b\n1,2\n", "\xef\xbb\xbf名前,番号\r\n\"例田, 花子\",\"1\"\"2\"\r\n=1+1,@x\r\n", "\x96\xbc\x91\x4f,x\r\n\x97\xe1,1\r\n",
          "a\n\"line\nbreak\"\n", "a,b,c\n,,\n\"\",\"\",\"\"\n"};
}

const Registered registered({"csv", one, seeds});

}  // namespace
}  // namespace warifu::fuzz
