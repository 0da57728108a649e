#pragma once
// Fills a new office with very many matters, for benches: the same statements as OfficeStore::commit, in large transactions of a connection that
// waits for no disk and keeps no way back. The table of search terms and the indexes of lists are written when everything else is there, each in
// its order. What stands in the store in the end is what single commits would have written.
// Not for an office in use: a crash in between leaves a file that has to be thrown away.

#include <array>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "desk/store_port.h"
#include "store/matter_row.h"
#include "store/search_terms.h"

namespace warifu::store {

class OfficeBulk {
  struct Key {};  // only open() makes one

 public:
  struct Item {
    desk::Commit commit;
    std::vector<std::int64_t> terms;  // of its projection, as terms() gives them
  };

  // `file`: of a SQLite store that OfficeStore::open has made, that nobody has open and that holds no matters yet (CONFLICT). `scratch`: a folder
  // for temporary files, some four kilobytes a matter; made, and emptied by finish().
  [[nodiscard]] static Result<std::unique_ptr<OfficeBulk>> open(const std::string& file, std::string scratch);
  OfficeBulk(Key, std::unique_ptr<Database> database, TermHasher hasher, std::string scratch);
  OfficeBulk(const OfficeBulk&) = delete;
  OfficeBulk& operator=(const OfficeBulk&) = delete;
  ~OfficeBulk();

  // By any thread, also while another one is in add().
  [[nodiscard]] std::vector<std::int64_t> terms(const inquiry::Projection& projection) const { return hasher_.terms_of(projection.terms); }
  // In one transaction. The errors of OfficeStore::commit; then the file has to be thrown away.
  Status add(std::vector<Item> items);
  // To be called once, after everything was added; only then may the store be opened.
  Status finish();

 private:
  static constexpr std::size_t kParts = 256;  // of the terms, by their first eight bits, in the order of the table

  [[nodiscard]] std::string part_path(std::size_t part) const;
  Status put_apart(const TermRows& rows);
  Status write_terms(std::size_t part);

  std::unique_ptr<Database> database_;
  TermHasher hasher_;
  std::string scratch_;
  std::vector<std::string> indexes_;  // statements that make them again
  std::array<std::ofstream, kParts> parts_;
};

}  // namespace warifu::store
