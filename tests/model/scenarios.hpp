// What threads do with one slot, or one lock, in every order and with every value that the memory model of C11 lets
// them see. `contents` stands for all that the slot's state guards (kind, storage, the frame): Relacy fails the
// run when two accesses to it are not ordered.
#ifndef TESTS_MODEL_SCENARIOS_HPP
#define TESTS_MODEL_SCENARIOS_HPP

#include "tests/model/checker.hpp"

#define MODEL_EXPECT(condition) RL_ASSERT(condition)

// What contents says.
enum { TORN_DOWN, BUILT, OWNED };

template <class scenario, int threads> struct scenario_of : rl::test_suite<scenario, threads> {
    words all;
    rl::var<uint64_t> contents;
    rl::var<uint64_t> finished; // times that the frame came to its end

    void start(uint64_t ref_count, uint64_t holds)
    {
        current = &all;
        all.ref_count(RL_INFO).store(ref_count, rl::mo_relaxed);
        all.lock(RL_INFO).store(0, rl::mo_relaxed);
        contents(RL_INFO) = holds;
        finished(RL_INFO) = 0;
    }

    // The state when all threads have ended.
    void expect_end(uint64_t ref_count)
    {
        MODEL_EXPECT(all.ref_count(RL_INFO).load(rl::mo_relaxed) == ref_count);
    }

    uint64_t read()
    {
        return contents(RL_INFO);
    }

    void write(uint64_t value)
    {
        contents(RL_INFO) = value;
    }

    void finish()
    {
        MODEL_EXPECT(read() != TORN_DOWN);
        write(TORN_DOWN);
        finished(RL_INFO) = finished(RL_INFO) + 1;
        call_retire();
    }

    void drop()
    {
        bool last = false;

        MODEL_EXPECT(call_remove(&last) == 0);
        if (last)
            finish();
    }

    // UNUSED -> built with one handle, or one owner. false: somebody else has it.
    bool claim(bool unique)
    {
        if (call_begin() != 0)
            return false;
        MODEL_EXPECT(read() == TORN_DOWN);
        write(BUILT);
        if (unique)
            call_publish_unique();
        else
            call_publish_shared();
        return true;
    }

    // One more handle, by address; its holder reads. false: the frame was not to be had.
    bool look_up()
    {
        uint64_t count = 0;

        if (planted.what == mistake::kind_before_add) {
            plant_reached = true;
            read();
        }
        if (call_add(&count) != 0)
            return false;
        MODEL_EXPECT(count >= 2);
        MODEL_EXPECT(read() != TORN_DOWN);
        return true;
    }
};

// A frame is claimed and dropped while others look it up; with three threads, two claim it.
template <int threads> struct claims : scenario_of<claims<threads>, threads> {
    void before()
    {
        this->start(model_unused, TORN_DOWN);
    }

    void thread(unsigned number)
    {
        if (number == 1 ? this->look_up() : this->claim(false))
            this->drop();
    }

    void after()
    {
        this->expect_end(model_unused);
        MODEL_EXPECT(this->read() == TORN_DOWN);
    }
};

// A frame that all hold is dropped by each; two clone it first, of three only one, which leaves few enough interleavings
// to try all.
template <int threads> struct clones : scenario_of<clones<threads>, threads> {
    void before()
    {
        this->start(threads, BUILT);
    }

    void thread(unsigned number)
    {
        if (number == 0 || threads == 2) {
            MODEL_EXPECT(this->look_up());
            this->drop();
        }
        MODEL_EXPECT(this->read() == BUILT);
        this->drop();
    }

    void after()
    {
        this->expect_end(model_unused);
        MODEL_EXPECT(this->finished(RL_INFO) == 1);
    }
};

// The first holder wants the frame for itself, writes and shares it again; the second reads and drops its handle; a
// third looks the frame up.
template <int threads> struct conversions : scenario_of<conversions<threads>, threads> {
    void before()
    {
        this->start(2, BUILT);
    }

    void thread(unsigned number)
    {
        if (number == 0) {
            if (call_make_unique() == 0) {
                this->write(OWNED);
                call_publish_shared(); // as frames_share() does for an owner
            }
        } else if (number == 1) {
            this->read();
        } else if (!this->look_up()) {
            return;
        }
        this->drop();
    }

    void after()
    {
        this->expect_end(model_unused);
        MODEL_EXPECT(this->finished(RL_INFO) == 1);
    }
};

// An owner alone shares the frame; others look it up, read, and want it for themselves.
template <int threads> struct sharing : scenario_of<sharing<threads>, threads> {
    void before()
    {
        this->start(model_unique, BUILT);
    }

    void thread(unsigned number)
    {
        if (number == 0) {
            this->write(OWNED);
            call_publish_shared(); // as frames_share() does for an owner
        } else if (this->look_up()) {
            MODEL_EXPECT(this->read() == OWNED);
        } else {
            return;
        }
        if (call_make_unique() == 0)
            this->write(OWNED);
        this->drop();
    }

    void after()
    {
        this->expect_end(model_unused);
        MODEL_EXPECT(this->finished(RL_INFO) == 1);
    }
};

// An exclusive owner is never found; its frame is claimed anew once it ended.
template <int threads> struct owners : scenario_of<owners<threads>, threads> {
    void before()
    {
        this->start(model_unused, TORN_DOWN);
    }

    void thread(unsigned number)
    {
        if (number == 2) {
            MODEL_EXPECT(!this->look_up());
        } else if (this->claim(true)) {
            this->write(OWNED);
            this->drop();
        }
    }

    void after()
    {
        this->expect_end(model_unused);
    }
};

// What a lock guards.
template <int threads> struct locking : scenario_of<locking<threads>, threads> {
    void before()
    {
        this->start(model_unused, 0);
    }

    void thread(unsigned number)
    {
        call_lock_acquire(number);
        this->write(this->read() + 1);
        call_lock_release();
    }

    void after()
    {
        MODEL_EXPECT(this->read() == threads);
    }
};

#endif
