#include "tests/faults/process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

extern char** environ;

namespace millrace {

Process::Process(const std::map<std::string, std::string>& environment) {
  std::vector<std::string> variables;
  for (char** e = environ; *e != nullptr; ++e) variables.emplace_back(*e);
  for (const auto& [name, value] : environment) variables.push_back(absl::StrCat(name, "=", value));
  std::vector<char*> envp;
  for (std::string& variable : variables) envp.push_back(&variable[0]);
  envp.push_back(nullptr);
  char program[] = "/proc/self/exe";
  char* argv[] = {program, nullptr};

  int fds[2];
  if (pipe(fds) != 0) return;
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(fds[1], STDOUT_FILENO);
    close(fds[0]);
    close(fds[1]);
    execve(program, argv, envp.data());
    _exit(127);
  }
  close(fds[1]);
  reader_ = std::thread([this, fd = fds[0]] { Read(fd); });
}

Process::~Process() {
  if (pid_ > 0) {
    Signal(SIGKILL);
    Wait();
  }
}

absl::Time Process::Signal(int signal) {
  const absl::Time now = absl::Now();
  if (pid_ > 0) kill(pid_, signal);
  return now;
}

int Process::Wait() {
  if (pid_ <= 0) return -1;
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  reader_.join();
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void Process::Read(int fd) {
  std::string pending;
  char buffer[4096];
  for (ssize_t n; (n = read(fd, buffer, sizeof(buffer))) > 0;) {
    const absl::Time now = absl::Now();
    pending.append(buffer, static_cast<size_t>(n));
    MutexLock lock(&mu_);
    for (size_t end; (end = pending.find('\n')) != std::string::npos;) {
      lines_.push_back({now, pending.substr(0, end)});
      pending.erase(0, end + 1);
    }
    changed_.SignalAll();
  }
  close(fd);
}

std::vector<Process::Line> Process::Lines() const {
  MutexLock lock(&mu_);
  return lines_;
}

Process::Line Process::WaitForLine(const std::string& prefix, size_t* next,
                                   absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  MutexLock lock(&mu_);
  while (true) {
    for (; *next < lines_.size(); ++*next) {
      if (absl::StartsWith(lines_[*next].text, prefix)) return lines_[(*next)++];
    }
    if (changed_.WaitUntil(&mu_, deadline) && absl::Now() >= deadline) return {deadline, ""};
  }
}

}  // namespace millrace
