// Commands for Servy, for those who want a Windows service. Printed only: jobq does not bring Servy.
import path from 'node:path';
import type { ServiceFacts, ServicePlan } from './service.ts';
import { describeService } from './service.ts';
import { programArguments, refuseVariables, serviceName } from './windows-words.ts';
import { SERVICE_NOTES } from './winsw.ts';

export function servyPlan(facts: ServiceFacts): ServicePlan {
  refuseVariables(facts);
  const name = serviceName(facts);
  const step = (...words: string[]) => ({
    command: ['servy-cli', ...words],
    remedy: 'give it in a terminal that was started as administrator',
  });
  return {
    kind: 'servy',
    name,
    file: undefined,
    install: [step('install', ...installWords(facts)), step('start', `--name=${name}`)],
    uninstall: { before: [step('stop', `--name=${name}`), step('uninstall', `--name=${name}`)], after: [] },
    notes: [
      ...SERVICE_NOTES,
      'add --password=<password> of that account to the first command; the account must be able to write to %ProgramData%\\Servy',
    ],
    leaves: [],
    query: undefined,
    start: `servy-cli start --name=${name}`,
    keepAway: undefined,
  };
}

function installWords(facts: ServiceFacts): string[] {
  return [
    `--name=${serviceName(facts)}`,
    `--description=${describeService(facts)}`,
    `--path=${facts.nodePath}`,
    `--startupDir=${path.win32.dirname(facts.programPath)}`,
    `--params=${programArguments(facts)}`,
    '--startupType=Automatic',
    `--user=${facts.domain}\\${facts.user}`,
    `--stopTimeout=${facts.stopTimeoutS}`,
    '--enableHealth',
    '--recoveryAction=RestartProcess',
  ];
}
