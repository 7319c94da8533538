// Where a function comes from, as far as its name tells.

// run (/srv/app/main.c:120)     JS:*run /srv/a.js:10     py::work:/srv/a.py:7
//          └──────┬───────┘              └─────┬────┘             └────┬────┘
const SOURCE = /(?:file:\/\/)?([\w@~+./-]*[\w~+-]\.\w+:\d+)(?::\d+)?\)?(?:_\[\w\])?$/;

/** `/srv/a.js:10` of a name that says where it is from. */
export function sourceOf(name: string): string | undefined {
  return SOURCE.exec(name)?.[1];
}
