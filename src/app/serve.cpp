#include "app/commands.h"
namespace warifu::app { int serve_demo(const DemoCommand&) { return 1; } }
