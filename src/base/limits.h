#pragma once
// Every bound on outside input and on inner growth, in one place. Each has a test at the limit and one past it.

#include <cstddef>
#include <cstdint>

namespace warifu::limits {

// Notes (C2SP signed-note): the size of a whole note and of one of its lines, and how many signature lines are read.
inline constexpr std::size_t kNoteBytesMax = 64 * 1024;
inline constexpr std::size_t kNoteLineBytesMax = 1024;
inline constexpr std::size_t kNoteSignaturesMax = 16;

// Passkeys (WebAuthn): what an authenticator and the browser around it answer.
inline constexpr std::size_t kAuthenticatorDataBytesMax = 4096;
inline constexpr std::size_t kClientDataBytesMax = 4096;
inline constexpr std::size_t kAttestationBytesMax = 16 * 1024;
inline constexpr std::size_t kAssertionSignatureBytesMax = 256;
inline constexpr std::size_t kCredentialIdBytesMax = 1023;
inline constexpr std::size_t kAssertionsMax = 4;  // of one act
inline constexpr std::size_t kCborDepthMax = 8;
inline constexpr std::size_t kCborEntriesMax = 64;  // of one array or map

// JSON from outside.
inline constexpr std::size_t kJsonBytesMax = 8 * 1024 * 1024;
inline constexpr std::size_t kJsonDepthMax = 32;
inline constexpr std::size_t kJsonEntriesMax = 100'000;  // of one array or map that is decoded

// Act bodies: what one act may carry besides files.
inline constexpr std::size_t kBodyBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kActHeadsMax = 64;
inline constexpr std::size_t kActsPerMatterMax = 10'000;

// What people type.
inline constexpr std::size_t kLineCharactersMax = 200;   // a name, a title, one line
inline constexpr std::size_t kTextCharactersMax = 4000;  // a reason, a note
inline constexpr std::size_t kSelectorBytesMax = 2048;
inline constexpr std::size_t kItemsPerInquiryMax = 10'000;
inline constexpr std::size_t kCategoriesPerItemMax = 9;

// Files.
inline constexpr std::uint64_t kFileBytesMax = 50ull * 1024 * 1024;  // unless a house's configuration allows more; also of what is read whole
inline constexpr std::uint64_t kFileBytesCeiling = 6ull << 30;       // what it may allow: with padding within the 8 GiB of one message
inline constexpr std::size_t kFilesPerAnswerMax = 100;
inline constexpr std::size_t kArchiveEntriesMax = 1000;
inline constexpr std::uint64_t kArchiveBytesMax = 200ull * 1024 * 1024;  // of all entries, unpacked
inline constexpr std::uint64_t kArchiveRatioMax = 200;
inline constexpr std::size_t kCsvRowsMax = 10'000;
inline constexpr std::size_t kCsvBytesMax = 8 * 1024 * 1024;

// HTTP.
inline constexpr std::size_t kHttpHeaderBytesMax = 8 * 1024;
inline constexpr std::uint64_t kHttpBodyBytesMax = 9ull * 1024 * 1024;
inline constexpr std::size_t kHttpConnectionsMax = 1024;
inline constexpr std::size_t kHttpQueueMax = 256;

// Lists.
inline constexpr std::size_t kPageRowsMax = 200;
inline constexpr std::size_t kPageRowsDefault = 50;
inline constexpr std::size_t kCountCap = 1000;  // counts beyond are shown as "1000+"

// Sources.
inline constexpr std::size_t kSourceRowsMax = 10'000;
inline constexpr std::size_t kSourceResultBytesMax = 3 * 1024 * 1024;  // fits the body of an act
inline constexpr std::size_t kSourceConfigBytesMax = 1024 * 1024;
inline constexpr std::size_t kSourceCsvBytesMax = 64 * 1024 * 1024;
inline constexpr int kSourceTimeoutMs = 30'000;

// Writer.
inline constexpr std::size_t kWriterQueueMax = 1024;
inline constexpr std::size_t kWriterBatchMax = 256;

// Store connections.
inline constexpr std::size_t kStatementsCachedMax = 256;
inline constexpr std::size_t kReadersMax = 8;

// Law data (law/jp.toml).
inline constexpr std::size_t kLawBytesMax = 1024 * 1024;

// Lists and search in the store: a filter that finds fewer rows is taken as the start of a query; rows looked at for a count; matters whose
// words are compared for a page. Words of a query.
inline constexpr std::size_t kQueryStartRows = 8'000;
inline constexpr std::size_t kQueryCountRows = 1'000;
inline constexpr std::size_t kQueryComparedMax = 256;
inline constexpr std::size_t kSearchWordsMax = 8;
inline constexpr std::size_t kSearchPairsMax = 4;  // of one word; longer words are verified anyway
inline constexpr int kIdempotencyDaysKept = 7;
inline constexpr int kSessionDaysKept = 1;  // after it ended

// The interface.
inline constexpr std::size_t kHttpJsonBytesMax = 1024 * 1024;  // routes that carry no lists of items say more
inline constexpr std::size_t kIdempotencyKeyMin = 8;
inline constexpr std::size_t kIdempotencyKeyMax = 64;
inline constexpr std::size_t kPastedLinesMax = 10'000;

// Figures.
inline constexpr std::size_t kStatementLinesMax = 10'000;
inline constexpr int kFiguresDaysMax = 3660;  // of one table of figures

}  // namespace warifu::limits
