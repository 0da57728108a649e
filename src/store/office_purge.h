#pragma once
// What a purge leaves to do on the disk once its transaction is committed, per matter in the table purge_due:
// SQLite: the log is moved into the file and emptied; the old key was overwritten in its place. PostgreSQL: the part of matter_key that held
// the old key is written anew once no older snapshot is open. Both: the matter's files are emptied and unlinked.

#include "store/office_files.h"
#include "store/pool.h"

namespace warifu::store {

// STORE_LOCKED while readers are in the way; what is left stays due.
Status clear_purges(Engine& engine, const OfficeFiles& files);

}  // namespace warifu::store
