/* Two threads of one process hand a byte to and fro through two pipes: next to nothing but context switches.
 *   offcpu-switches SECONDS CPU CPU         prints: switches, CPU nanoseconds per switch, switches per second */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static int there[2], back[2], cpus[2];

static void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  sched_setaffinity(0, sizeof set, &set);
}

static void *echo(void *unused) {
  char byte;
  pin(cpus[1]);
  while (read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1) {
  }
  return unused;
}

static double seconds_of(struct timeval t) { return t.tv_sec + t.tv_usec / 1e6; }

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  double length = atof(argv[1]);
  cpus[0] = atoi(argv[2]);
  cpus[1] = atoi(argv[3]);
  if (pipe(there) != 0 || pipe(back) != 0) return 1;
  pthread_t thread;
  if (pthread_create(&thread, NULL, echo, NULL) != 0) return 1;
  pin(cpus[0]);

  char byte = 0;
  double start = now(), passed;
  do {
    for (int i = 0; i < 500; i++) {
      if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1) return 1;
    }
    passed = now() - start;
  } while (passed < length);

  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  long switches = used.ru_nvcsw + used.ru_nivcsw;
  double cpu = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  printf("%ld %.1f %.0f\n", switches, cpu * 1e9 / switches, switches / passed);
  return 0;
}
