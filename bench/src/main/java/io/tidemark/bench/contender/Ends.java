package io.tidemark.bench.contender;

import io.tidemark.bench.data.Target;

/** What a run starts from, and what it must have done. */
public interface Ends {

  /** Nothing before, nothing after. */
  Ends NONE =
      new Ends() {
        @Override
        public void prepare() {}

        @Override
        public long units() {
          return 0;
        }

        @Override
        public void check() {}
      };

  /** Brings about the state that a run starts from. */
  void prepare() throws Exception;

  /** What it handled, a count; asked when it has ended. */
  long units() throws Exception;

  /** Checks what it left; throws if that is wrong. */
  void check() throws Exception;

  /** An empty table before, the right rows in it afterwards. */
  static Ends of(Target target) {
    return new Ends() {
      @Override
      public void prepare() throws Exception {
        target.empty();
      }

      @Override
      public long units() throws Exception {
        return target.rows();
      }

      @Override
      public void check() throws Exception {
        target.check();
      }
    };
  }
}
