// Who belongs to a family, as a table of cases.
import { expect, test } from 'vitest';
import type { Former, Listed } from '../../../src/system/process/family.ts';
import { familyOf } from '../../../src/system/process/family.ts';

interface Case {
  name: string;
  /** `pid parent born`, one process each. */
  listed: string[];
  known?: number[];
  former?: Former[];
  family: number[];
}

const at = (text: string): Listed => {
  const [pid = 0, parent = 0, born = 0] = text.split(' ').map(Number);
  return { pid, parent, born };
};

const cases: Case[] = [
  { name: 'nothing is known', listed: ['10 1 100', '11 10 101'], known: [], family: [] },
  {
    name: 'a tree, in whatever order it is listed',
    listed: ['13 12 130', '12 11 120', '10 1 100', '11 10 110', '20 1 105'],
    known: [10],
    family: [10, 11, 12, 13],
  },
  {
    name: 'brothers of a known process',
    listed: ['10 1 100', '11 10 110', '12 10 110'],
    known: [11],
    family: [11],
  },
  {
    name: 'born in the same tick as its parent',
    listed: ['10 1 100', '11 10 100'],
    known: [10],
    family: [10, 11],
  },
  {
    name: 'older than the process that has its parent’s id now',
    listed: ['10 1 100', '11 10 99', '12 11 120'],
    known: [10],
    family: [10],
  },
  {
    name: 'known twice over, as parent and as child',
    listed: ['10 1 100', '11 10 110'],
    known: [10, 11],
    family: [10, 11],
  },
  { name: 'a circle of parents', listed: ['10 11 100', '11 10 100'], known: [10], family: [10, 11] },
  { name: 'its own parent', listed: ['10 10 100'], known: [10], family: [10] },
  {
    name: 'two knots of one tree whose middle is gone',
    listed: ['10 1 100', '12 11 120', '13 12 130'],
    known: [10, 12],
    family: [10, 12, 13],
  },
  {
    name: 'an orphan of a member that is gone',
    listed: ['12 11 120', '13 12 130'],
    former: [{ pid: 11, born: 110, gone: 125 }],
    family: [12, 13],
  },
  {
    name: 'an orphan that is older than the member',
    listed: ['12 11 109'],
    former: [{ pid: 11, born: 110, gone: 125 }],
    family: [],
  },
  {
    name: 'an orphan of whoever had the id after the member',
    listed: ['12 11 126'],
    former: [{ pid: 11, born: 110, gone: 125 }],
    family: [],
  },
  {
    name: 'a stranger that has the member’s id, and children of both',
    listed: ['11 1 122', '12 11 120', '13 11 122', '14 11 123'],
    former: [{ pid: 11, born: 110, gone: 125 }],
    family: [12],
  },
];

test.each(cases)('$name', ({ listed, known = [], former, family }) => {
  const found = familyOf(listed.map(at), ({ pid }) => known.includes(pid), former);
  expect(found.map(({ pid }) => pid).sort((a, b) => a - b)).toEqual(family);
});
