// Our reading of Rust's names against that of the crate rustc-demangle, which demangle() asks for the names with hash.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dropHash } from '../../../src/stacks/frame-name.ts';
import { demangle } from '../../../src/symbols/demangle.ts';
import { readRustName } from '../../../src/symbols/rust/rust-name.ts';
import { runs } from '../../law-runs.ts';

// of rustc 1.95 and an extension by pgrx
const NAMES = [
  '_RNvXs1g_NtCsgEmfK2I1SDS_4core3fmtRDNtB6_5DebugEL_Bx_3fmtB8_',
  '_RINvNtCsgEmfK2I1SDS_4core3ptr4readTOhFUKCBx_EuEECsjrHSEGnQ3l9_3std',
  '_RINvMs2_NtCslNYArtu3iFV_5alloc7raw_vecNtB6_11RawVecInner3ptrINtNtB8_3vec3VechEECsjrHSEGnQ3l9_3std',
  '_RNCNvMs4_NtCsgY6Mt91CT9J_14rustc_demangle2v0NtB7_7Printer10print_type0B9_',
  '_RNCINvNtCsjrHSEGnQ3l9_3std2io19default_read_to_endNtNtNtNtB6_3sys5stdio4unix5StdinE0B6_',
  '_RINvNtNtCsgEmfK2I1SDS_4core3fmt3num9enc_16lsdKj17_EB6_',
  '_RNvYINtNtNtCsgEmfK2I1SDS_4core3net14display_buffer13DisplayBufferKj15_ENtNtB9_3fmt5Write10write_charB9_',
  '_RINvNtCsgEmfK2I1SDS_4core3ptr4readAhj2_EB4_',
  '_RNvXs_NtCsgEmfK2I1SDS_4core3anyDNtB4_3AnyEL_NtNtB6_3fmt5Debug3fmt',
  '_RNvMNtNtCsgEmfK2I1SDS_4core3ptr9const_ptrPy4readCsjrHSEGnQ3l9_3std',
  '_RNvXNtNtCsjrHSEGnQ3l9_3std2io5implsQNtNtB6_2fs4FileNtB4_4Read8read_bufB6_',
  '_RNvMs_NtCslNYArtu3iFV_5alloc3vecINtB4_3VecTNtNtNtCsjrHSEGnQ3l9_3std3ffi6os_str8OsStringBF_EE10as_mut_ptrBL_',
  '_RNvXs1g_NtCsgEmfK2I1SDS_4core3fmtRRShNtB6_5Debug3fmtCsjrHSEGnQ3l9_3std',
  '_ZN3std9panicking11begin_panic28_$u7b$$u7b$closure$u7d$$u7d$17h77682d54d72dc6daE',
  '_ZN36_$LT$T$u20$as$u20$core..any..Any$GT$7type_id17h32df4269e4677f24E',
];

/** As the library reads it; it has no hash of its own to keep in other names. */
const byLibrary = (name: string): string => dropHash(demangle(name, { keepHash: true }));

test('real names are read as the library reads them', () => {
  for (const name of NAMES) assert.equal(readRustName(name), byLibrary(name));
  assert.equal(
    readRustName('_RNvXs_NtCsgEmfK2I1SDS_4core3anyDNtB4_3AnyEL_NtNtB6_3fmt5Debug3fmt'),
    '<dyn core::any::Any as core::fmt::Debug>::fmt',
  );
});

test('a name with changes is read as the library reads it, or left to it', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'FG_',
      'L0_',
      'FUKC',
      'D',
      'EL_',
      'p6Output',
      'Kb1_',
      'Kln5_',
      'Ka',
      'B2_',
      'NC',
      'NS',
      's_',
      '0_',
      'u3a',
    ),
    fc.constantFrom(...'ABCDEFGIKLMNOPQRSTXYabcdefhijklmnopstuxyz0123456789_$.'),
    fc.constant(''),
  );
  const change = fc.tuple(fc.nat(120), fc.nat(4), piece);
  const name = fc
    .tuple(fc.constantFrom(...NAMES), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([text, changes]) =>
      changes.reduce((name, [at, drop, put]) => name.slice(0, at + 2) + put + name.slice(at + 2 + drop), text),
    );
  fc.assert(
    fc.property(name, (changed) => {
      const ours = readRustName(changed);
      if (ours !== undefined) assert.equal(ours, byLibrary(changed));
    }),
    { numRuns: runs(40) },
  );
});

test('names of others, and the rare parts of Rust’s, are left to the library', () => {
  const others = [
    '',
    '_R',
    '_ZN',
    'main',
    '_ZN3foo3barEv',
    '_RNvCs1234_7mycrateu8gdel_5qa',
    '_ZN1r2rs13gr$uf6$$udf$e17hb817d6b270040b09E',
  ];
  for (const name of others) assert.equal(readRustName(name), undefined);
  assert.equal(readRustName(`_RNvC1a${'9'.repeat(5000)}`), undefined, 'longer than its memory');
  assert.equal(readRustName(`_R${'IC1aTTTTTTTTTTTTTTTT'.repeat(100)}`), undefined, 'too deep');
});
