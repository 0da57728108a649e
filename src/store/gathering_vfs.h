#pragma once
// SQLite writes its log page by page, two calls of the system for each: a head of 24 bytes and the page. This VFS passes everything on to the
// system's, but what is appended to a log is gathered and written in one piece: at the end of a commit (the frame that says so), before the log is
// flushed, read, cut, measured or closed, and when a quarter of a megabyte has gathered.
//
// What SQLite relies on stays true: a commit is in the file before any other connection is told of it, and before the flush that makes it durable.
// A write that fails is told with one of these calls instead of its own; from then on nothing is taken behind the place that was lost and nothing
// read there, until SQLite has rolled back and writes that place again, so that no commit stands on frames that were lost.

namespace warifu::store {

// Its name, for sqlite3_open_v2. It stands over whatever is the default VFS when a file is opened. Made at the first call.
[[nodiscard]] const char* gathering_vfs();

}  // namespace warifu::store
