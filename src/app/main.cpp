#include "app/commands.h"

int main(int argc, char** argv) { return warifu::app::run_command_line(argc, argv); }
