/* What the bench asks of its peer: labels of calls. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

enum bench_request {
    BENCH_NOTHING, /* replies with the words that came */
    BENCH_SHARE,   /* a handle comes along: maps it, writes a word, drops it; label of the reply: an error */
};

#endif
