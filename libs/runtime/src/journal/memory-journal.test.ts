import { journalContract, type JournalLab } from '@chronovirt/testing/journal';
import { MemoryJournal } from './memory-journal.ts';
import { MemoryStore } from './memory-store.ts';

journalContract('in memory', async (): Promise<JournalLab> => {
  const store = new MemoryStore();
  return {
    async open(options = {}) {
      const journal = new MemoryJournal({ store, ...options });
      return {
        journal,
        cut: async () => journal.cut(),
        heal: async () => journal.heal(),
        lose: (what) => journal.inject(what === 'request' ? 'lostRequest' : 'lostAck'),
        close: () => journal.close(),
      };
    },
    putRaw: async (host, instance, text) => store.putRaw(host, instance, text),
    async forgetfulHost() {
      store.provision('forgetful');
      return 'forgetful';
    },
    forgetIds: async (host) => store.forgetIds(host),
    async forbiddenHost() {
      store.provision('forbidden');
      store.forbid('forbidden');
      return 'forbidden';
    },
    dispose: async () => {},
  };
});
