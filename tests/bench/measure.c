/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One figure of `make bench`: run a command several times, print the least wall
 * time and the largest memory beside their bounds.
 *
 *	measure NAME MILLISECONDS MEBIBYTES RUNS COMMAND...
 *
 * Bounds of 0 are none. Status 1 when a bound is missed twofold (machines are
 * noisy), 2 when the command fails. With ZW_FIGURES=FILE both figures, in
 * milliseconds and MiB, are appended to FILE, for ratios. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int run(char **argv, double *time, double *memory)
{
	struct rusage usage;
	double start = now();
	int status;
	pid_t pid = fork();

	if (!pid) {
		dup2(open("/dev/null", O_WRONLY), 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0)
		return -1;
	*time = now() - start;
	*memory = (double)usage.ru_maxrss / 1024;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -1;
}

static const char *judge(double value, double bound)
{
	return bound == 0	  ? "" :
	       value <= bound	  ? "ok" :
	       value <= 2 * bound ? "over the bound" :
				    "MISSED";
}

int main(int argc, char **argv)
{
	double bound_ms, bound_mb, best = 1e18, most = 0;
	const char *figures = getenv("ZW_FIGURES");
	int i, runs;

	if (argc < 6)
		return 2;
	bound_ms = atof(argv[2]);
	bound_mb = atof(argv[3]);
	runs = atoi(argv[4]);
	for (i = 0; i < runs; i++) {
		double ms, mb;

		if (run(argv + 5, &ms, &mb)) {
			fprintf(stderr, "%s: %s failed\n", argv[1], argv[5]);
			return 2;
		}
		best = ms < best ? ms : best;
		most = mb > most ? mb : most;
	}
	printf("%-44s %9.1f ms", argv[1], best);
	if (bound_ms > 0)
		printf(" of %6.0f  %-15s", bound_ms, judge(best, bound_ms));
	printf("%8.1f MiB", most);
	if (bound_mb > 0)
		printf(" of %4.0f  %s", bound_mb, judge(most, bound_mb));
	putchar('\n');
	if (figures) {
		FILE *f = fopen(figures, "a");

		if (f) {
			fprintf(f, "%s\t%.3f\t%.1f\n", argv[1], best, most);
			fclose(f);
		}
	}
	return (bound_ms > 0 && best > 2 * bound_ms) ||
	       (bound_mb > 0 && most > 2 * bound_mb);
}
